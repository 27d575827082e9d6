namespace MedStreams.Streams;

/// <summary>Sessions: records of a key, each at most a gap of inactivity away from the next. Both bounds are included.</summary>
public sealed record SessionWindows
{
    private SessionWindows(TimeSpan inactivityGap, TimeSpan grace)
    {
        WindowRules.Require(
            inactivityGap >= TimeSpan.FromMilliseconds(1) && WindowRules.IsWhole(inactivityGap),
            $"A gap of {inactivityGap} is not possible: at least 1 ms, in whole milliseconds.");
        WindowRules.RequireGrace(grace);
        (InactivityGap, Grace) = (inactivityGap, grace);
    }

    /// <summary>The largest time between neighbours of one session.</summary>
    public TimeSpan InactivityGap { get; }

    /// <summary>How long after its end and the gap a session still takes late records, by the largest time seen.</summary>
    public TimeSpan Grace { get; }

    /// <summary>Sessions that take late records for a time.</summary>
    /// <exception cref="TopologyException">The gap is below 1 ms, the grace negative, or one has fractions of milliseconds.</exception>
    public static SessionWindows OfInactivityGapAndGrace(TimeSpan inactivityGap, TimeSpan grace) =>
        new(inactivityGap, grace);

    /// <summary>Sessions that take no late records.</summary>
    /// <exception cref="TopologyException">The gap is below 1 ms or has fractions of milliseconds.</exception>
    public static SessionWindows OfInactivityGapWithNoGrace(TimeSpan inactivityGap) => new(inactivityGap, TimeSpan.Zero);
}
