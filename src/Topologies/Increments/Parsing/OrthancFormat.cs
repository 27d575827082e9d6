namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Orthanc's own log: <c>LMMdd hh:mm:ss.ffffff [thread] file.cpp:line] [(category)] message</c>, L one of F, E, W, I, D, T; no
/// year (as for syslog), local times. Lines of DCMTK, which Orthanc lets through, are read as such; lines that continue a
/// message (dumps of associations and commands) count as <c>continuation</c> at the record's own time. A record of
/// several lines is one event. The subject is the calling application entity. Requests to its REST interface have the template
/// of their path.
/// </summary>
internal sealed class OrthancFormat : LogFormat
{
    public override string Name => "orthanc";

    public override bool Recognises(ReadOnlySpan<byte> record) =>
        record.Length > 20 && DcmtkFormat.SeverityOf(record[0]) != Severity.Unspecified && record[5] == ' ' && record[8] == ':'
        && record[11] == ':' && record[14] == '.' && record[1..5].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        if (!Recognises(record))
            return DcmtkFormat.HasLevel(record) ? DcmtkFormat.ParseLine(record, Name, scope) : Continuation(scope);
        var rest = record[1..];
        if (!Ascii.TryNumber(ref rest, 2, 2, out var month) || !Ascii.TryNumber(ref rest, 2, 2, out var day)
            || !Ascii.TryEat(ref rest, (byte)' ')
            || !LogTime.TryClock(ref rest, out var hour, out var minute, out var second))
        {
            return LogParse.Failed(LogFault.Time, 2);
        }

        var millisecond = LogTime.Fraction(ref rest);
        if (!LogTime.TryWithoutYear(
            month, day, hour, minute, second, millisecond, scope.Zone, scope.Timestamp, out var time))
        {
            return LogParse.Failed(LogFault.Time, 2);
        }

        var end = rest.IndexOf("] "u8);
        if (end < 0)
            return LogParse.Failed(LogFault.Structure, record.Length - rest.Length + 1);
        var place = Ascii.Trim(rest[..end]);
        var message = rest[(end + 2)..];
        var line = message.IndexOf((byte)'\n');
        if (line >= 0)
            message = message[..line];
        var category = Category(ref message);
        var type = EventType(message, scope, out var subject);
        var host = scope.HostOr(default);
        return new LogEvent
        {
            Time = time,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(default, Name),
            Component = Component(place, scope),
            Severity = DcmtkFormat.SeverityOf(record[0]),
            EventType = type,
            Subject = scope.Pseudonyms.Of("node"u8, subject),
            Attributes = category.IsEmpty ? LogAttributes.Empty : new(new LogAttribute("category", scope.Clean(category))),
        };
    }

    /// <summary>The file that logs, without directory and ending; a thread's name may stand before it.</summary>
    private static string Component(ReadOnlySpan<byte> place, ParseScope scope)
    {
        var blank = place.LastIndexOf((byte)' ');
        var file = place[(blank + 1)..];
        var dot = file.IndexOf((byte)'.');
        var component = scope.Clean(dot > 0 ? file[..dot] : Ascii.Take(ref file, (byte)':'));
        return component.Length > 0 ? component : "main";
    }

    private static ReadOnlySpan<byte> Category(ref ReadOnlySpan<byte> message)
    {
        var close = message.IndexOf(") "u8);
        if (close < 2 || message[0] != '(' || message[..close].Contains((byte)' '))
            return default;
        var category = message[1..close];
        message = message[(close + 2)..];
        return category;
    }

    private static string EventType(ReadOnlySpan<byte> message, ParseScope scope, out ReadOnlySpan<byte> subject)
    {
        subject = default;
        var rest = message;
        var method = Ascii.Take(ref rest, (byte)' ');
        if (rest.IsEmpty || rest[0] != '/' || HttpPath.Method(method) != method)
            return scope.Templates.EventType(message, out subject);
        Span<byte> type = stackalloc byte[320];
        method.CopyTo(type);
        type[method.Length] = (byte)' ';
        var length = method.Length + 1;
        return scope.Names.Get(type[..(length + HttpPath.Write(rest, type[length..]))]);
    }

    private LogEvent Continuation(ParseScope scope)
    {
        var host = scope.HostOr(default);
        return new()
        {
            Time = scope.Timestamp,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(default, Name),
            Component = "main",
            EventType = "continuation",
        };
    }
}
