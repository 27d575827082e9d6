using System.Globalization;
using System.Text;

namespace MedStreams.Topologies.Tests.Reservations;

/// <summary>Messages as a hospital sends them, with nothing in them but what the rules look at.</summary>
internal static class Messages
{
    /// <summary>Ten o'clock of a day.</summary>
    public static DateTimeOffset Ten { get; } = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    private static int _control;

    /// <summary>A scheduling message; the appointment begins so many minutes after <see cref="Ten"/>.</summary>
    public static byte[] Siu(
        string trigger, string number, string user, int atMinute = 0, int? startMinute = 120, string? order = null, string? control = null) =>
        Message($"SIU^{trigger}", atMinute, control,
            $"SCH|{number}|F{number}|||||||||{(startMinute is { } s ? $"^^^{Time(s)}" : string.Empty)}|||||||||||||||{order}",
            $"PID|1||{user}^^^H^MR||DOE^JANE");

    /// <summary>An admission, registration, cancellation or update of a visit.</summary>
    public static byte[] Adt(string trigger, string user, string? visit, int atMinute = 0, string place = "ROOM1", string? control = null) =>
        Message($"ADT^{trigger}", atMinute, control, $"PID|1||{user}^^^H^MR||DOE^JANE", $"PV1|1|O|{place}||||||||||||||||{visit}");

    /// <summary>An order.</summary>
    public static byte[] Orm(string control, string order, string user, int atMinute = 0, string kind = "ORM^O01", string? controlId = null) =>
        Message(kind, atMinute, controlId, $"PID|1||{user}^^^H^MR", $"ORC|{control}|{order}|FILL{order}", "OBR|1");

    /// <summary>A merge: the old number goes, the survivor stays.</summary>
    public static byte[] Merge(string old, string survivor, int atMinute = 0, string trigger = "A40", string? control = null) =>
        Message($"ADT^{trigger}", atMinute, control, $"PID|1||{survivor}^^^H^MR", $"MRG|{old}^^^H^MR");

    /// <summary>A message of these segments.</summary>
    public static byte[] Message(string kind, int atMinute, string? control, params string[] segments) => Encoding.UTF8.GetBytes(
        $"MSH|^~\\&|HIS|H|MS|H|{Time(atMinute)}||{kind}|{control ?? NextControl()}|P|2.5\r{string.Join('\r', segments)}\r");

    private static string NextControl() => Interlocked.Increment(ref _control).ToString("D8", CultureInfo.InvariantCulture);

    private static string Time(int minute) => Ten.AddMinutes(minute).ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
}
