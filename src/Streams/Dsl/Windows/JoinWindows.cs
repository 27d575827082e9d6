namespace MedStreams.Streams;

/// <summary>
/// How far apart in time records of two streams may be to be joined: a record of the other stream at most so long before, or so
/// long after, one of this stream. Both bounds are included.
/// </summary>
public sealed record JoinWindows
{
    private JoinWindows(TimeSpan before, TimeSpan after, TimeSpan grace)
    {
        WindowRules.Require(
            WindowRules.IsWhole(before) && WindowRules.IsWhole(after) && before + after >= TimeSpan.Zero,
            $"A join from {before} before to {after} after is not possible: whole milliseconds, their sum not negative.");
        WindowRules.RequireGrace(grace);
        (BeforeTime, AfterTime, Grace) = (before, after, grace);
    }

    /// <summary>How long before a record of this stream one of the other may be; negative where it must be later.</summary>
    public TimeSpan BeforeTime { get; }

    /// <summary>How long after a record of this stream one of the other may be; negative where it must be earlier.</summary>
    public TimeSpan AfterTime { get; }

    /// <summary>How long after the end of a window late records are still joined, by the largest time seen.</summary>
    public TimeSpan Grace { get; }

    internal long BeforeMs => (long)BeforeTime.TotalMilliseconds;

    internal long AfterMs => (long)AfterTime.TotalMilliseconds;

    internal long GraceMs => (long)Grace.TotalMilliseconds;

    internal long SizeMs => BeforeMs + AfterMs;

    /// <summary>The same time before and after, taking late records for a time.</summary>
    /// <exception cref="TopologyException">A time is negative or has fractions of milliseconds.</exception>
    public static JoinWindows OfTimeDifferenceAndGrace(TimeSpan timeDifference, TimeSpan grace)
    {
        WindowRules.Require(timeDifference >= TimeSpan.Zero, $"A time difference of {timeDifference} is not possible.");
        return new JoinWindows(timeDifference, timeDifference, grace);
    }

    /// <summary>The same time before and after, taking no late records.</summary>
    /// <exception cref="TopologyException">The time is negative or has fractions of milliseconds.</exception>
    public static JoinWindows OfTimeDifferenceWithNoGrace(TimeSpan timeDifference) =>
        OfTimeDifferenceAndGrace(timeDifference, TimeSpan.Zero);

    /// <summary>The same with another time before.</summary>
    /// <exception cref="TopologyException">The window would have a negative length.</exception>
    public JoinWindows Before(TimeSpan before) => new(before, AfterTime, Grace);

    /// <summary>The same with another time after.</summary>
    /// <exception cref="TopologyException">The window would have a negative length.</exception>
    public JoinWindows After(TimeSpan after) => new(BeforeTime, after, Grace);
}
