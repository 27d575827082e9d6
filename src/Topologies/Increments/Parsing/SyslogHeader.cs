namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>The parts of a syslog line before its message, as they stand there, and the message.</summary>
internal ref struct SyslogHeader
{
    public long Time;
    public int Priority;
    public ReadOnlySpan<byte> Host;
    public ReadOnlySpan<byte> App;
    public ReadOnlySpan<byte> ProcessId;
    public ReadOnlySpan<byte> MessageId;
    public ReadOnlySpan<byte> Message;

    private ReadOnlySpan<byte> _rest;

    /// <summary>What stands where a line has no priority.</summary>
    public const int NoPriority = -1;

    private const int LargestPriority = 191;

    /// <summary>
    /// Reads a line of RFC 5424 (<c>&lt;PRI&gt;1 time host app procid msgid [data] message</c>) or RFC 3164
    /// (<c>&lt;PRI&gt;Mmm dd hh:mm:ss host tag[pid]: message</c>, the priority may be missing as it is in files).
    /// </summary>
    /// <returns>Where it fails: the fault, and the column.</returns>
    public static LogFault Read(ReadOnlySpan<byte> line, TimeZoneInfo zone, long recordTime, out SyslogHeader header, out int column)
    {
        var reading = new SyslogHeader { Priority = NoPriority, _rest = line };
        var fault = reading.ReadLine(zone, recordTime);
        column = line.Length - reading._rest.Length + 1;
        header = reading;
        return fault;
    }

    private LogFault ReadLine(TimeZoneInfo zone, long recordTime)
    {
        if (Ascii.TryEat(ref _rest, (byte)'<'))
        {
            if (!Ascii.TryNumber(ref _rest, 1, 3, out var priority) || priority > LargestPriority
                || !Ascii.TryEat(ref _rest, (byte)'>'))
            {
                return LogFault.Structure;
            }

            Priority = priority;
        }

        return Priority != NoPriority && _rest.StartsWith("1 "u8)
            ? Read5424(zone, recordTime)
            : Read3164(zone, recordTime);
    }

    private LogFault Read5424(TimeZoneInfo zone, long recordTime)
    {
        _rest = _rest[2..];
        if (_rest.StartsWith("- "u8))
        {
            Time = recordTime;
            _rest = _rest[1..];
        }
        else if (!LogTime.TryIso(ref _rest, zone, out Time))
        {
            return LogFault.Time;
        }

        if (!Ascii.TryEat(ref _rest, (byte)' '))
            return LogFault.Structure;
        Host = Word();
        App = Word();
        ProcessId = Word();
        MessageId = Word();
        if (MessageId.IsEmpty || !TrySkipData(ref _rest))
            return LogFault.Structure;
        Message = _rest.StartsWith("\uFEFF"u8) ? _rest[3..] : _rest;
        _rest = Message;
        return LogFault.None;
    }

    private LogFault Read3164(TimeZoneInfo zone, long recordTime)
    {
        var month = _rest.Length < 4 || _rest[3] != ' ' ? 0 : LogTime.Month(_rest[..3]);
        if (month == 0)
            return LogFault.Time;
        var after = _rest[4..];
        Ascii.TryEat(ref after, (byte)' ');
        if (!Ascii.TryNumber(ref after, 1, 2, out var day) || !Ascii.TryEat(ref after, (byte)' ')
            || !LogTime.TryClock(ref after, out var hour, out var minute, out var second))
        {
            return LogFault.Time;
        }

        var millisecond = LogTime.Fraction(ref after);
        if (!LogTime.TryWithoutYear(month, day, hour, minute, second, millisecond, zone, recordTime, out Time))
            return LogFault.Time;
        _rest = after;
        if (!Ascii.TryEat(ref _rest, (byte)' '))
            return LogFault.Structure;
        Host = Word();
        if (Host.IsEmpty)
            return LogFault.Structure;
        ReadTag();
        Message = _rest;
        return LogFault.None;
    }

    /// <summary>A tag is all up to a colon, a bracket or a blank; a line without one is message only.</summary>
    private void ReadTag()
    {
        var end = _rest.IndexOfAny((byte)':', (byte)'[', (byte)' ');
        if (end <= 0 || _rest[end] == ' ')
            return;
        var after = _rest[end..];
        var processId = default(ReadOnlySpan<byte>);
        if (after[0] == '[')
        {
            var close = after.IndexOf((byte)']');
            if (close < 0)
                return;
            processId = after[1..close];
            after = after[(close + 1)..];
        }

        if (!Ascii.TryEat(ref after, (byte)':'))
            return;
        App = _rest[..end];
        ProcessId = processId;
        Ascii.TryEat(ref after, (byte)' ');
        _rest = after;
    }

    /// <summary>The text up to the next blank, which is passed; empty where there is none.</summary>
    private ReadOnlySpan<byte> Word()
    {
        var end = _rest.IndexOf((byte)' ');
        if (end <= 0)
            return default;
        var word = _rest[..end];
        _rest = _rest[(end + 1)..];
        return word;
    }

    /// <summary>Structured data: a hyphen, or elements in brackets whose values are quoted, with backslash escapes.</summary>
    private static bool TrySkipData(ref ReadOnlySpan<byte> rest)
    {
        if (Ascii.TryEat(ref rest, (byte)'-'))
            return rest.IsEmpty || Ascii.TryEat(ref rest, (byte)' ');
        if (rest.IsEmpty || rest[0] != '[')
            return false;
        var quoted = false;
        for (var i = 0; i < rest.Length; i++)
        {
            var c = rest[i];
            if (quoted && c == '\\')
                i++;
            else if (c == '"')
                quoted = !quoted;
            else if (!quoted && c == ']' && (i + 1 == rest.Length || rest[i + 1] != '['))
            {
                rest = rest[(i + 1)..];
                return rest.IsEmpty || Ascii.TryEat(ref rest, (byte)' ');
            }
        }

        return false;
    }
}
