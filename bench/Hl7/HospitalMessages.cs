using System.Globalization;
using System.Text;

namespace MedStreams.Hl7.Bench;

/// <summary>Messages like those of a hospital: admissions with the usual segments, orders, appointments; about 1 KB each.</summary>
internal sealed class HospitalMessages
{
    private const int Different = 1000;
    private const int Seed = 7;

    public HospitalMessages()
    {
        var random = new Random(Seed);
        All = [.. Enumerable.Range(0, Different).Select(i => Message(i, random))];
    }

    public IReadOnlyList<byte[]> All { get; }

    public double MeanBytes => All.Average(m => m.Length);

    /// <summary>A message under another control id.</summary>
    public static byte[] WithControlId(byte[] message, string controlId) =>
        Hl7Message.Parse(message).Edit().Set("MSH-10", controlId).ToMessage().ToBytes().ToArray();

    private static byte[] Message(int i, Random random)
    {
        var time = new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero).AddSeconds(i).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var patient = random.Next(1_000_000);
        var text = new StringBuilder();
        var kind = (i % 4) switch { 0 => "SIU^S12^SIU_S12", 1 => "ADT^A04^ADT_A01", 2 => "ORM^O01^ORM_O01", _ => "ADT^A08^ADT_A01" };
        text.Append(CultureInfo.InvariantCulture, $"MSH|^~\\&|HIS^2.16.756.5.30.1.1^ISO|CAMPUS|RIS|CAMPUS|{time}+0100||{kind}|{i:D8}|P|2.5.1|||AL|NE|CHE|UNICODE UTF-8\r")
            .Append(CultureInfo.InvariantCulture, $"EVN|{kind[4..7]}|{time}|||MUELLER^Anna^^^Dr.\r")
            .Append(CultureInfo.InvariantCulture, $"PID|1||{patient}^^^CAMPUS&2.16.756.5.30.1.1&ISO^MR~756.{patient:D9}^^^CH^SS||Beispiel^Grete^M^^Frau||19{random.Next(20, 99)}0{random.Next(1, 9)}12|F|||Bahnhofstrasse {random.Next(99)}^^Zürich^ZH^8001^CH||+41 44 {random.Next(999_9999)}^PRN^PH~^NET^X.400^a\\T\\b@example.org||D|M|REF|A{patient}^^^CAMPUS^AN|||||||||||N\r")
            .Append(CultureInfo.InvariantCulture, $"PV1|1|O|RAD^CT{random.Next(4)}^1^CAMPUS||||1001^HOUSE^GREGORY^^^DR|1002^WILSON^JAMES||RAD||||||||V{patient}^^^CAMPUS^VN|||||||||||||||||||||||||{time}\r");
        if (i % 4 == 0)
            text.Append(CultureInfo.InvariantCulture, $"SCH|P{i}^RIS|F{i}^RIS|||||CT^CT Thorax^L|ROUTINE|30|min|^^^{time}|||||1003^FOREMAN^ERIC|||||1003^FOREMAN|||||BOOKED|O{i}^HIS\rRGS|1\rAIS|1|A|CT^CT Thorax^L|{time}|0|min|30|min\rAIL|1||CT1^^^CAMPUS\r");
        if (i % 4 == 2)
            text.Append(CultureInfo.InvariantCulture, $"ORC|NW|O{i}^HIS|F{i}^RIS|||||{time}|1001^HOUSE^GREGORY\rOBR|1|O{i}^HIS|F{i}^RIS|71250^CT Thorax w/o contrast^C4|||{time}|||||||||||ACC{i}\rNTE|1||Verlaufskontrolle\\.br\\Kontrastmittelallergie\r");
        return Encoding.UTF8.GetBytes(text
            .Append(CultureInfo.InvariantCulture, $"AL1|1|DA|J01CA04^Amoxicillin^ATC|SV|Exanthem\rZBE|{i}|{time}||INSERT|N\r").ToString());
    }
}
