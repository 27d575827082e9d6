using System.Text;
using System.Xml;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Audit messages of DICOM PS3.15 A.5 (and of RFC 3881, which came before), alone or as the message of syslog. The event
/// type is the event's name, with the kind of event where there is one, and the action: <c>User Authentication: Login/E</c>; the
/// outcome gives the severity. The subject is the first patient that takes part as an object, else the user who asked. Component
/// is the audit source. Document types are refused, nothing outside of the message is read.
/// </summary>
internal sealed class AtnaFormat : LogFormat
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        CloseInput = true,
    };

    public override string Name => "atna";

    /// <summary>Whether a text begins like an audit message.</summary>
    public static bool IsAuditMessage(ReadOnlySpan<byte> text) =>
        text.Length > 13 && text[0] == '<' && text[..Math.Min(text.Length, 4096)].IndexOf("AuditMessage"u8) > 0;

    public override bool Recognises(ReadOnlySpan<byte> record) => IsAuditMessage(record);

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        if (record[0] != '<' || (record.Length > 1 && Ascii.IsDigit(record[1])))
        {
            var fault = SyslogHeader.Read(record, scope.Zone, scope.Timestamp, out var header, out var column);
            return fault == LogFault.None ? Parse(header.Message, column - 1, header, scope) : LogParse.Failed(fault, column);
        }

        return Parse(record, 0, new() { Time = scope.Timestamp, Priority = SyslogHeader.NoPriority }, scope);
    }

    /// <summary>Reads an audit message that stands behind so many bytes of a syslog line.</summary>
    public static LogParse Parse(ReadOnlySpan<byte> xml, int offset, scoped SyslogHeader header, ParseScope scope)
    {
        AuditMessage message;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml.ToArray(), writable: false), Settings);
            message = AuditMessage.Read(reader);
        }
        catch (XmlException error)
        {
            var fault = xml.IndexOf("<!DOCTYPE"u8) >= 0 ? LogFault.XmlDtd : LogFault.Xml;
            return LogParse.Failed(fault, offset + Column(xml, error));
        }

        if (message.EventCode is null)
            return LogParse.Failed(LogFault.Structure, offset + 1);
        var time = header.Time;
        if (message.Time is { } stated && !TryTime(stated, scope.Zone, out time))
            return LogParse.Failed(LogFault.Time, offset + 1);
        var host = scope.HostOr(header.Host);
        var subject = message.Patient is { Length: > 0 } patient
            ? scope.Pseudonyms.Of("patient"u8, Encoding.UTF8.GetBytes(PatientId(patient)))
            : scope.Pseudonyms.Of("user"u8, Encoding.UTF8.GetBytes(message.User ?? string.Empty));
        return new LogEvent
        {
            Time = time,
            Format = "atna",
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(header.App, "atna"),
            Component = scope.Clean(Encoding.UTF8.GetBytes(message.AuditSource ?? string.Empty)) is { Length: > 0 } source ? source : "audit",
            Severity = message.Severity,
            EventType = message.EventType,
            Subject = subject,
            Attributes = new(
                new LogAttribute("outcome", message.Outcome),
                new LogAttribute("participants", message.Participants.ToString()),
                new LogAttribute("objects", message.Objects.ToString())),
        };
    }

    /// <summary>
    /// The patient's identifier as HL7 messages give it: the id, with its assigning authority where a CX value names one. So the
    /// same patient has the same pseudonym in both.
    /// </summary>
    private static string PatientId(string text)
    {
        var parts = text.Trim().Split('^');
        if (parts.Length < 4 || parts[3].Length == 0)
            return parts[0];
        var authority = parts[3].Split('&')[0];
        return authority.Length == 0 ? parts[0] : $"{parts[0]}^{authority}";
    }

    private static bool TryTime(string text, TimeZoneInfo zone, out long time)
    {
        time = 0;
        if (text.Length > 40)
            return false;
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text.Trim());
        return LogTime.TryIso(ref rest, zone, out time) && rest.IsEmpty;
    }

    /// <summary>The column of an error within a text of several lines, as a byte of the text.</summary>
    private static int Column(ReadOnlySpan<byte> xml, XmlException error)
    {
        var start = 0;
        for (var line = 1; line < error.LineNumber; line++)
        {
            var end = xml[start..].IndexOf((byte)'\n');
            if (end < 0)
                break;
            start += end + 1;
        }

        return start + Math.Max(1, error.LinePosition);
    }
}
