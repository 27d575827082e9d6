namespace MedStreams.Sinks.Migration;

/// <summary>How far a run is.</summary>
public sealed record RunStatus
{
    /// <summary>The run.</summary>
    public required MigrationRun Run { get; init; }

    /// <summary>When this was read, by the database's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What of the source was asked for.</summary>
    public required WindowCounts Windows { get; init; }

    /// <summary>All its studies.</summary>
    public required StudyCounts Studies { get; init; }

    /// <summary>Its studies by department; those of none under an empty name.</summary>
    public required IReadOnlyDictionary<string, StudyCounts> Departments { get; init; }

    /// <summary>Tasks that are not in their topic yet.</summary>
    public required long TasksWaiting { get; init; }

    /// <summary>Alerts so far.</summary>
    public required long Alerts { get; init; }

    /// <summary>Studies that were moved within <see cref="RateOver"/>.</summary>
    public required long RecentStudies { get; init; }

    /// <summary>Their objects.</summary>
    public required long RecentObjects { get; init; }

    /// <summary>Their bytes, as far as they are known.</summary>
    public required long RecentBytes { get; init; }

    /// <summary>Over which time rates are taken: shorter where the run was started later.</summary>
    public required TimeSpan RateOver { get; init; }

    /// <summary>Whether all is asked for, and nothing waits or is on its way: what failed needs a new start.</summary>
    public bool IsFinished => Windows.Open == 0 && Studies.Open == 0;

    /// <summary>Studies in an hour, lately.</summary>
    public double StudiesPerHour => RateOver > TimeSpan.Zero ? RecentStudies / RateOver.TotalHours : 0;

    /// <summary>Bytes in a second, lately.</summary>
    public double BytesPerSecond => RateOver > TimeSpan.Zero ? RecentBytes / RateOver.TotalSeconds : 0;

    /// <summary>
    /// How long the known studies still take at that rate; null where nothing was moved lately, the run is held, or the source was not asked for all yet.
    /// </summary>
    public TimeSpan? Remaining => Studies.Open == 0 && Windows.Open == 0 ? TimeSpan.Zero
        : RecentStudies == 0 || Run.Paused || Windows.Open > 0 ? null
        : RateOver * ((double)Studies.Open / RecentStudies);
}

/// <summary>Windows by what became of them.</summary>
/// <param name="Done">Read to their end.</param>
/// <param name="Open">Not yet.</param>
/// <param name="Failing">Of the open ones, those that the source did not answer the last time.</param>
/// <param name="Alarms">Those whose result may not be whole.</param>
/// <param name="Pages">Pages read.</param>
public readonly record struct WindowCounts(int Done, int Open, int Failing, int Alarms, long Pages);

/// <summary>Studies by state, with their objects and bytes.</summary>
/// <param name="Unknown">Not compared with the target yet.</param>
/// <param name="Pending">Waiting.</param>
/// <param name="Running">In the queue, or on their way.</param>
/// <param name="Migrated">Moved by this run.</param>
/// <param name="Skipped">In the target before.</param>
/// <param name="Failed">Not moved.</param>
/// <param name="ExpectedObjects">Objects of those that were collected.</param>
/// <param name="MovedObjects">Objects in the target.</param>
/// <param name="MovedBytes">Their bytes, as far as they are known.</param>
public readonly record struct StudyCounts(
    long Unknown, long Pending, long Running, long Migrated, long Skipped, long Failed, long ExpectedObjects, long MovedObjects, long MovedBytes)
{
    /// <summary>Those that are not at an end.</summary>
    public long Open => Unknown + Pending + Running;

    /// <summary>All.</summary>
    public long Total => Open + Migrated + Skipped + Failed;

    /// <summary>Both together.</summary>
    public static StudyCounts operator +(StudyCounts one, StudyCounts other) => new(
        one.Unknown + other.Unknown, one.Pending + other.Pending, one.Running + other.Running, one.Migrated + other.Migrated, one.Skipped + other.Skipped,
        one.Failed + other.Failed, one.ExpectedObjects + other.ExpectedObjects, one.MovedObjects + other.MovedObjects, one.MovedBytes + other.MovedBytes);
}

/// <summary>An alert of a run.</summary>
/// <param name="Id">Its number; grows.</param>
/// <param name="Study">The study UID; null: it is about none.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Text">Why, without patient data.</param>
/// <param name="At">When.</param>
public sealed record RunAlert(long Id, string? Study, string Kind, string Text, DateTimeOffset At);

/// <summary>An attempt of a study.</summary>
/// <param name="Attempt">Its number.</param>
/// <param name="Task">The task that it belongs to.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended; null: not yet, or nobody told.</param>
/// <param name="Outcome"><c>migrated</c>, <c>retry</c>, <c>failed</c> or <c>returned</c>; null: not yet, or nobody told.</param>
/// <param name="Failure">The kind of its failure.</param>
/// <param name="Reason">Why it failed, without patient data.</param>
public sealed record StudyAttempt(
    int Attempt, long Task, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Outcome, string? Failure, string? Reason);
