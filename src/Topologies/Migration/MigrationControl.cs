namespace MedStreams.Topologies.Migration;

/// <summary>
/// What an operator wants, in the compacted topic of control by its <see cref="Key"/>: the latest word of a key holds, a deletion takes it back. Every
/// partition of every instance sees it.
/// </summary>
/// <param name="Verb">What.</param>
/// <param name="At">When it was said, in epoch milliseconds.</param>
public sealed record MigrationControl(ControlVerb Verb, long At)
{
    /// <summary>Of pause and retry: the department that is meant; null: all.</summary>
    public string? Department { get; init; }

    /// <summary>Of <see cref="ControlVerb.Pause"/>: true holds studies back, false lets them go again.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Of <see cref="ControlVerb.Throttle"/>: how fast at most.</summary>
    public Throttle? Throttle { get; init; }

    /// <summary>Of <see cref="ControlVerb.Schedule"/>: when studies may begin; null: always.</summary>
    public WeekSchedule? Schedule { get; init; }

    /// <summary>Under which key it is in the topic.</summary>
    public string Key => Verb switch
    {
        ControlVerb.Pause => "pause",
        ControlVerb.Retry => "retry",
        ControlVerb.Throttle => "throttle",
        _ => "schedule",
    } + (Department is null ? "" : "/" + Department);
}

/// <summary>What an operator can want.</summary>
public enum ControlVerb
{
    /// <summary>No study begins, or they may again; those on their way come to their end.</summary>
    Pause,

    /// <summary>Studies that wait after a failed attempt are tried now.</summary>
    Retry,

    /// <summary>How fast at most.</summary>
    Throttle,

    /// <summary>When studies may begin.</summary>
    Schedule,
}

/// <summary>How fast at most, over all partitions; null: no limit.</summary>
/// <param name="StudiesPerMinute">Studies that begin in a minute, more than 0.</param>
/// <param name="BytesPerSecond">Bytes that are stored in a second, more than 0.</param>
public sealed record Throttle(double? StudiesPerMinute = null, double? BytesPerSecond = null);
