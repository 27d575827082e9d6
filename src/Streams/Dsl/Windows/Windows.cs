namespace MedStreams.Streams;

/// <summary>Windows of a fixed size at fixed places in time. Immutable.</summary>
public abstract record Windows
{
    private protected Windows(TimeSpan size, TimeSpan grace) => (Size, Grace) = (size, grace);

    /// <summary>How long a window is.</summary>
    public TimeSpan Size { get; }

    /// <summary>How long after its end a window still takes late records, by the largest time seen.</summary>
    public TimeSpan Grace { get; }

    internal virtual long SizeMs => (long)Size.TotalMilliseconds;

    internal long GraceMs => (long)Grace.TotalMilliseconds;

    /// <summary>The first window that holds a time; more follow every <see cref="Step"/> up to the time itself.</summary>
    internal abstract long FirstStart(long timestamp);

    /// <summary>From the start of one window to that of the next, in milliseconds.</summary>
    internal abstract long Step { get; }

    /// <summary>The end of a window by its start.</summary>
    internal abstract long EndOf(long start);
}

/// <summary>
/// Windows of one size, tumbling (each begins where the one before ends) or hopping (they overlap). They are aligned to the
/// epoch, begin inclusive and end exclusive.
/// </summary>
public sealed record TimeWindows : Windows
{
    private TimeWindows(TimeSpan size, TimeSpan advance, TimeSpan grace)
        : base(size, grace)
    {
        WindowRules.Require(
            size >= TimeSpan.FromMilliseconds(1) && WindowRules.IsWhole(size),
            $"A window of {size} is not possible: at least 1 ms, in whole milliseconds.");
        WindowRules.Require(
            advance >= TimeSpan.FromMilliseconds(1) && advance <= size && WindowRules.IsWhole(advance),
            $"Windows of {size} cannot advance by {advance}: 1 ms to their size, in whole milliseconds.");
        WindowRules.RequireGrace(grace);
        Advance = advance;
    }

    /// <summary>From the start of one window to that of the next.</summary>
    public TimeSpan Advance { get; }

    internal override long Step => (long)Advance.TotalMilliseconds;

    /// <summary>Tumbling windows that take late records for a time.</summary>
    /// <exception cref="TopologyException">The size is below 1 ms, the grace negative, or one has fractions of milliseconds.</exception>
    public static TimeWindows OfSizeAndGrace(TimeSpan size, TimeSpan grace) => new(size, size, grace);

    /// <summary>Tumbling windows that take no late records.</summary>
    /// <exception cref="TopologyException">The size is below 1 ms or has fractions of milliseconds.</exception>
    public static TimeWindows OfSizeWithNoGrace(TimeSpan size) => new(size, size, TimeSpan.Zero);

    /// <summary>Hopping windows of the same size.</summary>
    /// <exception cref="TopologyException">The step is below 1 ms, above the size, or has fractions of milliseconds.</exception>
    public TimeWindows AdvanceBy(TimeSpan advance) => new(Size, advance, Grace);

    internal override long FirstStart(long timestamp) => Math.Max(0, timestamp - SizeMs + Step) / Step * Step;

    internal override long EndOf(long start) => start + SizeMs;
}

/// <summary>One window that never ends, and takes all records from its start on.</summary>
public sealed record UnlimitedWindows : Windows
{
    private UnlimitedWindows()
        : base(TimeSpan.MaxValue, TimeSpan.Zero)
    {
    }

    /// <summary>Where the window starts; 1970 by default.</summary>
    public DateTimeOffset Start { get; private init; } = DateTimeOffset.UnixEpoch;

    internal override long SizeMs => long.MaxValue;

    internal override long Step => long.MaxValue;

    private long StartMs => Start.ToUnixTimeMilliseconds();

    /// <summary>A window from 1970 on.</summary>
    public static UnlimitedWindows Of() => new();

    /// <summary>A window from that time on; earlier records are dropped.</summary>
    /// <exception cref="TopologyException">The time is before 1970.</exception>
    public UnlimitedWindows StartOn(DateTimeOffset start)
    {
        WindowRules.Require(start >= DateTimeOffset.UnixEpoch, $"An unlimited window cannot start at {start:O}, before 1970.");
        return this with { Start = start };
    }

    internal override long FirstStart(long timestamp) => timestamp >= StartMs ? StartMs : long.MaxValue;

    internal override long EndOf(long start) => long.MaxValue;
}

/// <summary>When a windowed aggregation tells its results.</summary>
public enum EmitStrategy
{
    /// <summary>With each change.</summary>
    OnWindowUpdate,

    /// <summary>Once, when stream time has passed the window's end and grace.</summary>
    OnWindowClose,
}
