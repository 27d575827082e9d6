namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>The four parts of a pipe-separated line, as they stand there; only the content is trimmed at its end.</summary>
internal readonly ref struct PipeLine
{
    private PipeLine(ReadOnlySpan<byte> line, int component, int pid, int content)
    {
        Time = line[..(component - 1)];
        Component = line[component..(pid - 1)];
        Pid = line[pid..(content - 1)];
        Content = line[content..];
    }

    public ReadOnlySpan<byte> Time { get; }

    public ReadOnlySpan<byte> Component { get; }

    public ReadOnlySpan<byte> Pid { get; }

    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Cuts a line at its first three bars; 0 where that works, else the column where one was expected.</summary>
    public static int Read(ReadOnlySpan<byte> line, out PipeLine parts)
    {
        parts = default;
        Span<int> starts = stackalloc int[3];
        var from = 0;
        for (var i = 0; i < starts.Length; i++)
        {
            var at = line[from..].IndexOf((byte)'|');
            if (at < 0)
                return from + 1;
            starts[i] = from += at + 1;
        }

        parts = new(line, starts[0], starts[1], starts[2]);
        return 0;
    }
}

/// <summary>
/// Application logs of the form <c>yyyyMMdd-H:m:s:f|component|pid|content</c>, times of the source's zone. The subject is the
/// process id (of a phone app: the person's). The content may hold bars.
/// </summary>
internal sealed class PipeFormat : LogFormat
{
    private const int DateLength = 8;

    public override string Name => "pipe";

    public override bool Recognises(ReadOnlySpan<byte> record) =>
        record.Length > DateLength + 1 && record[DateLength] == '-'
        && record[..DateLength].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && record.Contains((byte)'|');

    public override LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope)
    {
        if (PipeLine.Read(record, out var line) is var column and > 0)
            return LogParse.Failed(LogFault.Structure, column);
        if (!TryTime(line.Time, scope.Zone, out var time))
            return LogParse.Failed(LogFault.Time);
        var component = scope.Clean(line.Component);
        return new LogEvent
        {
            Time = time,
            Format = Name,
            Source = scope.Source?.Name ?? scope.HostOr(default),
            Host = scope.HostOr(default),
            Product = scope.Product(default, "app"),
            Component = component.Length > 0 ? component : "main",
            EventType = scope.Templates.EventType(line.Content, out _),
            Subject = scope.Pseudonyms.Of("process"u8, line.Pid),
        };
    }

    internal static bool TryTime(ReadOnlySpan<byte> text, TimeZoneInfo zone, out long time)
    {
        time = 0;
        return Ascii.TryNumber(ref text, 4, 4, out var year) && Ascii.TryNumber(ref text, 2, 2, out var month)
            && Ascii.TryNumber(ref text, 2, 2, out var day) && Ascii.TryEat(ref text, (byte)'-')
            && LogTime.TryClock(ref text, out var hour, out var minute, out var second)
            && Ascii.TryEat(ref text, (byte)':') && Ascii.TryNumber(ref text, 1, 3, out var millisecond) && text.IsEmpty
            && LogTime.TryLocal(year, month, day, hour, minute, second, millisecond, zone, out time);
    }
}
