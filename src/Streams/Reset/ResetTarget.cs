namespace MedStreams.Streams;

/// <summary>Where the input of an application that is reset is to be read from next. Immutable.</summary>
public sealed record ResetTarget
{
    private ResetTarget()
    {
    }

    /// <summary>The first record that each partition holds.</summary>
    public static ResetTarget Earliest { get; } = new();

    /// <summary>The end of each partition: nothing that is there now is read.</summary>
    public static ResetTarget Latest { get; } = new() { IsEnd = true };

    internal bool IsEnd { get; private init; }

    internal long? Offset { get; private init; }

    internal long? Shift { get; private init; }

    internal DateTimeOffset? Time { get; private init; }

    internal TimeSpan? Back { get; private init; }

    /// <summary>An offset, the same in all partitions; the nearest that a partition holds.</summary>
    /// <param name="offset">0 and more.</param>
    public static ResetTarget ToOffset(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new ResetTarget { Offset = offset };
    }

    /// <summary>The first record at that time or later, by the records' timestamps; the end where there is none.</summary>
    public static ResetTarget ToTime(DateTimeOffset time) => new() { Time = time };

    /// <summary>As <see cref="ToTime"/>, so long before now.</summary>
    /// <param name="back">Zero and more.</param>
    public static ResetTarget ByDuration(TimeSpan back)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(back, TimeSpan.Zero);
        return new ResetTarget { Back = back };
    }

    /// <summary>So many offsets on from the committed one, or back where negative; the nearest that a partition holds.</summary>
    public static ResetTarget ShiftBy(long offsets) => new() { Shift = offsets };
}
