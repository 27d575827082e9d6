using System.Globalization;
using System.Text;

namespace MedStreams.Cli.Demo.Traffic;

/// <summary>A PACS that reports its audit events: DICOM audit messages (PS3.15 A.5) over syslog of RFC 5424.</summary>
internal sealed class PacsAudit() : TrafficSource("pacs-audit", 2)
{
    private static readonly (string Code, string Name, string Action)[] Events =
    [
        ("110103", "DICOM Instances Accessed", "R"),
        ("110104", "DICOM Instances Transferred", "C"),
        ("110112", "Query", "E"),
        ("110114", "User Authentication", "E"),
    ];

    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        var (code, name, action) = Events[random.Next(Events.Length)];
        var at = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        text.Append($"<85>1 {at} pacs{machine:D2} PACS {800 + machine} IHE+RFC-3881 - \uFEFF")
            .Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage>")
            .Append($"<EventIdentification EventActionCode=\"{action}\" EventDateTime=\"{at}\" ")
            .Append($"EventOutcomeIndicator=\"{(random.Next(60) == 0 ? 8 : 0)}\">")
            .Append($"<EventID csd-code=\"{code}\" codeSystemName=\"DCM\" originalText=\"{name}\"/></EventIdentification>")
            .Append($"<ActiveParticipant UserID=\"reader{random.Next(1, 60)}\" UserIsRequestor=\"true\"/>")
            .Append($"<AuditSourceIdentification AuditSourceID=\"pacs{machine:D2}\"/>")
            .Append($"<ParticipantObjectIdentification ParticipantObjectID=\"{Patient(random)}\" ")
            .Append("ParticipantObjectTypeCode=\"1\" ParticipantObjectTypeCodeRole=\"1\">")
            .Append("<ParticipantObjectIDTypeCode csd-code=\"2\" codeSystemName=\"RFC-3881\" originalText=\"Patient Number\"/>")
            .Append("</ParticipantObjectIdentification></AuditMessage>");
    }
}

/// <summary>The hospital information system: admissions, transfers and discharges as HL7 v2 messages.</summary>
internal sealed class Admissions() : TrafficSource("adt", 2)
{
    private const char Segment = '\r';

    public override void Write(StringBuilder text, DateTimeOffset time, int machine, Random random)
    {
        var trigger = One(random, "A01", "A02", "A03", "A04", "A08");
        var at = time.ToString("yyyyMMddHHmmss.fff", CultureInfo.InvariantCulture) + "+0000";
        text.Append($"MSH|^~\\&|HIS|SITE{machine}|MEDSTREAMS|SITE{machine}|{at}||ADT^{trigger}|MSG{random.Next(1, 9_999_999):D7}|P|2.5")
            .Append(Segment)
            .Append($"EVN|{trigger}|{at}").Append(Segment)
            .Append($"PID|1||{Patient(random)}^^^SITE{machine}^MR||SAMPLE^PATIENT||19700101|O").Append(Segment)
            .Append($"PV1|1|I|W{random.Next(1, 30)}^{random.Next(1, 40)}").Append(Segment);
    }
}
