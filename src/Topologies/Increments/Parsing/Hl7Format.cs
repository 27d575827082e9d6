using System.Text;
using MedStreams.Hl7;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// HL7 v2 messages. The time is MSH-7 (the source's zone where it names none), else the record's own; host the sending facility
/// (MSH-4), product the sending application (MSH-3), component the message code, event type <c>ADT^A01</c> (MSH-9); the subject
/// PID-3, its first identifier with the assigning authority. Acknowledgements that refuse (MSA-1 of AE, AR, CE, CR) are errors.
/// </summary>
internal sealed class Hl7Format : LogFormat
{
    private static readonly Hl7Path Identifier = Hl7Path.Parse("PID-3");
    private static readonly Hl7Path Authority = Hl7Path.Parse("PID-3-4");
    private static readonly Hl7Path Acknowledgement = Hl7Path.Parse("MSA-1");

    public override string Name => "hl7";

    public override bool Recognises(ReadOnlySpan<byte> record)
    {
        if (record[0] == 0x0B)
            record = record[1..];
        return record.Length > 8 && record.StartsWith("MSH"u8) && !Ascii.IsLetterOrDigit(record[3]);
    }

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        if (!Hl7Message.TryParse(record, out var message, out _))
            return LogParse.Failed(LogFault.Hl7);
        var header = message.Header;
        var time = scope.Timestamp;
        if (header[7].Value is { Length: > 0 } stated && !TryTime(stated, scope.Zone, out time))
            return LogParse.Failed(LogFault.Time, Column(message, 7));
        var type = header[9][1];
        var code = Part(type[1].Value);
        var trigger = Part(type[2].Value);
        if (code.Length == 0)
            return LogParse.Failed(LogFault.Structure, Column(message, 9));
        var host = scope.HostOr(Encoding.UTF8.GetBytes(header[4].Value));
        var refused = message.Get(Acknowledgement) is "AE" or "AR" or "CE" or "CR";
        return new LogEvent
        {
            Time = time,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(Encoding.UTF8.GetBytes(header[3].Value), Name),
            Component = code,
            Severity = refused ? Severity.Error : Severity.Information,
            EventType = trigger.Length > 0 ? $"{code}^{trigger}" : code,
            Subject = Subject(message, scope),
            Attributes = new(
                new LogAttribute("version", scope.Clean(Encoding.UTF8.GetBytes(header[12].Value))),
                new LogAttribute("processing", scope.Clean(Encoding.UTF8.GetBytes(header[11].Value)))),
        };
    }

    private static string? Subject(Hl7Message message, ParseScope scope)
    {
        if (message.Get(Identifier) is not { } id || id == "\"\"")
            return null;
        var authority = message.Get(Authority);
        return scope.Pseudonyms.Of("patient"u8, Encoding.UTF8.GetBytes(authority is null ? id : $"{id}^{authority}"));
    }

    /// <summary>A message code or trigger: up to 7 capitals and digits; anything else is none.</summary>
    private static string Part(string text) =>
        text.Length is > 0 and <= 7 && !text.AsSpan().ContainsAnyExcept(CodeCharacters) ? text : string.Empty;

    /// <summary>HL7's time stamp: from a year to tenths of milliseconds, with or without an offset.</summary>
    private static bool TryTime(string text, TimeZoneInfo zone, out long time)
    {
        time = 0;
        Span<byte> ascii = stackalloc byte[32];
        if (text.Length > ascii.Length || !Encoding.UTF8.TryGetBytes(text, ascii, out var length))
            return false;
        ReadOnlySpan<byte> rest = ascii[..length];
        if (!Ascii.TryNumber(ref rest, 4, 4, out var year))
            return false;
        var month = OrFirst(ref rest);
        var day = OrFirst(ref rest);
        Ascii.TryNumber(ref rest, 2, 2, out var hour);
        Ascii.TryNumber(ref rest, 2, 2, out var minute);
        Ascii.TryNumber(ref rest, 2, 2, out var second);
        var millisecond = LogTime.Fraction(ref rest);
        return LogTime.TryOffset(ref rest, out var offset)
            ? rest.IsEmpty && LogTime.TryUtc(year, month, day, hour, minute, second, millisecond, offset, out time)
            : rest.IsEmpty && LogTime.TryLocal(year, month, day, hour, minute, second, millisecond, zone, out time);
    }

    private static int OrFirst(ref ReadOnlySpan<byte> rest) => Ascii.TryNumber(ref rest, 2, 2, out var number) ? number : 1;

    private static readonly System.Buffers.SearchValues<char> CodeCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private static int Column(Hl7Message message, int field)
    {
        var before = 4;
        for (var i = 2; i < field; i++)
            before += message.Header[i].Raw.Length + 1;
        return before + 1;
    }
}
