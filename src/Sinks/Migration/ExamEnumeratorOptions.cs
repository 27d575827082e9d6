using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>How a source is asked. Immutable.</summary>
public sealed record ExamEnumeratorOptions
{
    /// <summary>Windows that are read at a time by this process. Default 2; at least 1.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>Pause between two pages of a window (the polling period). Default none.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.Zero;

    /// <summary>Time for one page; the source counts as away afterwards. Default 60 s; more than 0.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a window belongs to who reads it after its last page: a dead one's goes on elsewhere afterwards. Default 3 min; longer than <see cref="Period"/> and
    /// <see cref="Timeout"/> together.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>First pause of a window after the source did not answer; it doubles. Default 1 s; more than 0.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause. Default 1 min; at least <see cref="Backoff"/>.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how many failures of a window in a row an alert is raised, once. Default 5; at least 1.</summary>
    public int AlertAfter { get; init; } = 5;

    /// <summary>Pause before looking again where no window can be read now. Default 1 s; more than 0.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        Demand(Parallelism >= 1, nameof(Parallelism), "at least 1");
        Demand(Period >= TimeSpan.Zero, nameof(Period), "not negative");
        Demand(Timeout > TimeSpan.Zero, nameof(Timeout), "more than 0");
        Demand(Lease > Period + Timeout, nameof(Lease), "longer than Period and Timeout together");
        Demand(Backoff > TimeSpan.Zero, nameof(Backoff), "more than 0");
        Demand(BackoffMax >= Backoff, nameof(BackoffMax), "at least Backoff");
        Demand(AlertAfter >= 1, nameof(AlertAfter), "at least 1");
        Demand(Idle > TimeSpan.Zero, nameof(Idle), "more than 0");
    }

    private static void Demand(bool holds, string option, string range)
    {
        if (!holds)
            throw new StreamsException($"ExamEnumeratorOptions.{option} must be {range}.");
    }
}
