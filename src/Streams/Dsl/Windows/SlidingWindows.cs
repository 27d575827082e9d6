namespace MedStreams.Streams;

/// <summary>
/// Windows that hold records at most so far apart: one ends at each record, one begins right after each, both bounds included.
/// Only windows that differ in their records exist.
/// </summary>
public sealed record SlidingWindows
{
    private SlidingWindows(TimeSpan timeDifference, TimeSpan grace)
    {
        WindowRules.Require(
            timeDifference >= TimeSpan.Zero && WindowRules.IsWhole(timeDifference),
            $"A time difference of {timeDifference} is not possible: not negative, in whole milliseconds.");
        WindowRules.RequireGrace(grace);
        (TimeDifference, Grace) = (timeDifference, grace);
    }

    /// <summary>The largest time between two records of one window.</summary>
    public TimeSpan TimeDifference { get; }

    /// <summary>How long after its end a window still takes late records, by the largest time seen.</summary>
    public TimeSpan Grace { get; }

    /// <summary>Windows that take late records for a time.</summary>
    /// <exception cref="TopologyException">A time is negative or has fractions of milliseconds.</exception>
    public static SlidingWindows OfTimeDifferenceAndGrace(TimeSpan timeDifference, TimeSpan grace) =>
        new(timeDifference, grace);

    /// <summary>Windows that take no late records.</summary>
    /// <exception cref="TopologyException">The time is negative or has fractions of milliseconds.</exception>
    public static SlidingWindows OfTimeDifferenceWithNoGrace(TimeSpan timeDifference) => new(timeDifference, TimeSpan.Zero);
}
