namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>
/// Access logs of web servers in the common and the combined form: <c>client identity user [time] "request" status
/// bytes "referrer" "agent"</c>. The event type is the method, the template of the path and the class of the status; the
/// subject the user, else the client's address. Status, bytes and class are attributes, never path, referrer or agent.
/// </summary>
internal sealed class AccessLogFormat : LogFormat
{
    public override string Name => "access";

    public override bool Recognises(ReadOnlySpan<byte> record)
    {
        var time = record.IndexOf(" ["u8);
        return time > 0 && record.Length > time + 22 && record[time + 4] == '/' && record[time + 8] == '/'
            && record[time + 13] == ':' && record[(time + 2)..].IndexOf("] \""u8) > 0;
    }

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        var open = record.IndexOf((byte)'[');
        var close = open < 0 ? -1 : record[open..].IndexOf((byte)']');
        if (close < 0)
            return LogParse.Failed(LogFault.Structure);
        if (!TryTime(record.Slice(open + 1, close - 1), out var time))
            return LogParse.Failed(LogFault.Time, open + 2);
        var rest = record[(open + close + 1)..];
        if (!Ascii.TryEat(ref rest, (byte)' ') || !Ascii.TryEat(ref rest, (byte)'"'))
            return LogParse.Failed(LogFault.Structure, record.Length - rest.Length + 1);
        var request = Quoted(ref rest);
        if (!Ascii.TryEat(ref rest, (byte)' ') || !Ascii.TryNumber(ref rest, 3, 3, out var status))
            return LogParse.Failed(LogFault.Structure, record.Length - rest.Length + 1);
        Ascii.TryEat(ref rest, (byte)' ');
        var bytes = Ascii.Take(ref rest, (byte)' ');

        var before = record[..open];
        var client = Ascii.Take(ref before, (byte)' ');
        Ascii.Take(ref before, (byte)' ');
        var user = Ascii.Trim(before);
        var named = !user.IsEmpty && !user.SequenceEqual("-"u8);
        var host = scope.HostOr(default);
        return new LogEvent
        {
            Time = time,
            Format = Name,
            Source = scope.Source?.Name ?? host,
            Host = host,
            Product = scope.Product(default, "web"),
            Component = "http",
            Severity = status >= 500 ? Severity.Error : status >= 400 ? Severity.Warning : Severity.Information,
            EventType = EventType(request, status, scope),
            Subject = named ? scope.Pseudonyms.Of("user"u8, user) : scope.Pseudonyms.Of("address"u8, client),
            Attributes = new(
                new LogAttribute("status", status.ToString()),
                new LogAttribute("bytes", bytes.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? scope.Names.Get(bytes) : "0")),
        };
    }

    private static string EventType(ReadOnlySpan<byte> request, int status, ParseScope scope)
    {
        Span<byte> type = stackalloc byte[320];
        var method = HttpPath.Method(Ascii.Take(ref request, (byte)' '));
        method.CopyTo(type);
        var length = method.Length;
        type[length++] = (byte)' ';
        length += HttpPath.Write(Ascii.Take(ref request, (byte)' '), type[length..]);
        type[length++] = (byte)' ';
        type[length++] = (byte)('0' + (status / 100));
        "xx"u8.CopyTo(type[length..]);
        return scope.Names.Get(type[..(length + 2)]);
    }

    /// <summary>Reads up to the closing quote, over escaped ones.</summary>
    private static ReadOnlySpan<byte> Quoted(ref ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == '"')
            {
                var text = rest[..i];
                rest = rest[(i + 1)..];
                return text;
            }
        }

        var all = rest;
        rest = default;
        return all;
    }

    /// <summary>Reads <c>10/Oct/2000:13:55:36 -0700</c>.</summary>
    private static bool TryTime(ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (!Ascii.TryNumber(ref text, 1, 2, out var day) || !Ascii.TryEat(ref text, (byte)'/') || text.Length < 3)
            return false;
        var month = LogTime.Month(text[..3]);
        text = text[3..];
        return Ascii.TryEat(ref text, (byte)'/') && Ascii.TryNumber(ref text, 4, 4, out var year)
            && Ascii.TryEat(ref text, (byte)':') && LogTime.TryClock(ref text, out var hour, out var minute, out var second)
            && Ascii.TryEat(ref text, (byte)' ') && LogTime.TryOffset(ref text, out var offset) && text.IsEmpty
            && LogTime.TryUtc(year, month, day, hour, minute, second, 0, offset, out time);
    }
}
