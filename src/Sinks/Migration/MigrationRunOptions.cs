using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>What a run moves, and how it goes about it. Immutable; kept in the database, so that every machine works by the same.</summary>
public sealed record MigrationRunOptions
{
    /// <summary>What the run is called: names it in topics, reports and on the command line. 1 to 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What the old PACS is called; no secret.</summary>
    public required string Source { get; init; }

    /// <summary>What the new PACS is called; no secret.</summary>
    public required string Target { get; init; }

    /// <summary>The first day of examinations that are moved (startDate).</summary>
    public required DateOnly FirstDay { get; init; }

    /// <summary>The last one, inclusive (endDate).</summary>
    public required DateOnly LastDay { get; init; }

    /// <summary>Days in a step. Default 1; at least 1.</summary>
    public int StepDays { get; init; } = 1;

    /// <summary>Examinations in a page. Default 50; 1 to 10,000.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>Whether examinations without a valid date are moved too. Default true.</summary>
    public bool Undated { get; init; } = true;

    /// <summary>Whether everything is asked for once more without a window, to find what the windows missed. Default true.</summary>
    public bool Reconcile { get; init; } = true;

    /// <summary>In which order studies go into the queue. Default by time.</summary>
    public FeedOrder Order { get; init; } = FeedOrder.Time;

    /// <summary>How many studies may be in the queue or on their way at a time. Default 1,000; at least 1.</summary>
    public int Capacity { get; init; } = 1000;

    internal void Validate()
    {
        if (Name is not { Length: > 0 and <= 100 })
            throw new StreamsException("A migration run's name has 1 to 100 characters.");
        if (LastDay < FirstDay)
            throw new StreamsException($"The run's last day {LastDay:yyyy-MM-dd} is before its first {FirstDay:yyyy-MM-dd}.");
        Within(nameof(StepDays), StepDays, 1, 36_525);
        Within(nameof(PageSize), PageSize, 1, 10_000);
        Within(nameof(Capacity), Capacity, 1, 1_000_000);
    }

    private static void Within(string option, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new StreamsException($"MigrationRunOptions.{option} is {value}; it must be from {least} to {most}.");
    }
}

/// <summary>In which order studies go into the queue. Whatever it is, patients of the list of appointments go first.</summary>
public enum FeedOrder
{
    /// <summary>Oldest examinations first.</summary>
    Time,

    /// <summary>Newest examinations first.</summary>
    NewestFirst,

    /// <summary>Patient by patient, of each the oldest first.</summary>
    Hierarchy,

    /// <summary>Patients of the list of appointments (<see cref="MigrationRuns.SetAppointmentsAsync"/>), then the newest.</summary>
    PriorsFirst,
}
