namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Logs of DCMTK's tools. On the console: <c>L: message</c>, L one of F, E, W, I, D, T, no time at all, so that the record's own
/// time counts. With its log configuration for files: <c>yyyy-MM-dd hh:mm:ss.fff LEVEL - logger - message</c>, local times.
/// Lines of dumps count by their kind: elements of a data set, rows of bytes, <c>name : value</c> lines. The subject is the
/// PatientID where a line shows one, else the calling application entity.
/// </summary>
internal sealed class DcmtkFormat : LogFormat
{
    private const int ElementTag = 11;

    public override string Name => "dcmtk";

    public override bool Recognises(ReadOnlySpan<byte> record) => HasLevel(record) || HasFileTime(record) || IsProgress(record);

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope) => ParseLine(record, Name, scope);

    /// <summary>The severity of a level's letter; unspecified for any other.</summary>
    internal static Severity SeverityOf(byte level) => level switch
    {
        (byte)'T' => Severity.Trace,
        (byte)'D' => Severity.Debug,
        (byte)'I' => Severity.Information,
        (byte)'W' => Severity.Warning,
        (byte)'E' => Severity.Error,
        (byte)'F' => Severity.Critical,
        _ => Severity.Unspecified,
    };

    internal static bool HasLevel(ReadOnlySpan<byte> record) =>
        record.Length > 1 && record[1] == ':' && SeverityOf(record[0]) != Severity.Unspecified
        && (record.Length == 2 || record[2] == ' ');

    internal static LogParse ParseLine(ReadOnlySpan<byte> record, string product, ParseScope scope)
    {
        var time = scope.Timestamp;
        var severity = Severity.Unspecified;
        var logger = "main";
        var message = record;
        if (HasLevel(record))
        {
            severity = SeverityOf(record[0]);
            message = record[2..];
            if (!message.IsEmpty)
                message = message[1..];
        }
        else if (HasFileTime(record))
        {
            var rest = record;
            if (!LogTime.TryIso(ref rest, scope.Zone, out time))
                return LogParse.Failed(LogFault.Time);
            rest = Ascii.Trim(rest);
            severity = SeverityOf(rest[0]);
            Ascii.Take(ref rest, (byte)'-');
            logger = scope.Clean(Ascii.Take(ref rest, (byte)'-'));
            message = rest.IsEmpty ? rest : rest[1..];
        }

        var host = scope.HostOr(default);
        var type = EventType(message, scope, out var subject, out var patient);
        return new LogEvent
        {
            Time = time,
            Format = "dcmtk",
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(default, product),
            Component = logger.Length > 0 ? logger : "main",
            Severity = severity,
            EventType = type,
            Subject = patient.IsEmpty ? scope.Pseudonyms.Of("node"u8, subject) : scope.Pseudonyms.Of("patient"u8, patient),
        };
    }

    private static string EventType(
        ReadOnlySpan<byte> message, ParseScope scope, out ReadOnlySpan<byte> subject, out ReadOnlySpan<byte> patient)
    {
        subject = patient = default;
        var text = Ascii.Trim(message);
        if (text.IsEmpty)
            return "blank line";
        if (IsElement(text))
        {
            if (text.StartsWith("(0010,0020)"u8))
                patient = Bracketed(text[ElementTag..]);
            return "data set element";
        }

        if (IsProgress(text))
            return "transfer progress";
        if (IsByteRow(text))
            return "bytes";
        var line = text.IndexOf((byte)'\n');
        return scope.Templates.EventType(line < 0 ? text : text[..line], out subject);
    }

    private static bool HasFileTime(ReadOnlySpan<byte> record) =>
        record.Length > 30 && record[4] == '-' && record[7] == '-' && record[10] == ' ' && record[13] == ':' && record[19] == '.'
        && Ascii.IsDigit(record[0]) && record[22..].IndexOf(" - "u8) is > 0 and < 12;

    /// <summary><c>(gggg,eeee) VR ...</c></summary>
    private static bool IsElement(ReadOnlySpan<byte> text) =>
        text.Length > ElementTag && text[0] == '(' && text[5] == ',' && text[10] == ')' && Ascii.IsHex(text[1]) && Ascii.IsHex(text[6]);

    private static bool IsProgress(ReadOnlySpan<byte> text) => text.StartsWith("XMIT: "u8) || text.StartsWith("RECV: "u8);

    /// <summary>Pairs of hexadecimal digits with blanks between them.</summary>
    private static bool IsByteRow(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || (text.Length > 2 && text[2] != ' '))
            return false;
        foreach (var c in text)
        {
            if (!Ascii.IsHex(c) && c != ' ')
                return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> Bracketed(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'[');
        var close = open < 0 ? -1 : text[open..].IndexOf((byte)']');
        return close < 0 ? default : Ascii.Trim(text.Slice(open + 1, close - 1));
    }
}
