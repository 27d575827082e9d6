namespace MedStreams.Topologies.Migration;

/// <summary>
/// Something that happened to a study, in the topic of events by its study UID, in order: what the migration database applies to its records, and
/// what displays follow.
/// </summary>
/// <param name="Kind">What happened.</param>
/// <param name="Run">The run.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Attempt">The attempt that it happened in; 0 before the first.</param>
/// <param name="Department">The department in whose list the study is, or was.</param>
/// <param name="At">When, in epoch milliseconds.</param>
public sealed record MigrationEvent(MigrationEventKind Kind, string Run, long Task, int Attempt, string Department, long At)
{
    /// <summary>The state that the record has from now on (S3.3); null where it stays as it is.</summary>
    public RecordState? State { get; init; }

    /// <summary>What belongs to the study; null before it is collected.</summary>
    public Amount? Expected { get; init; }

    /// <summary>What of it is in the target (S3.10).</summary>
    public Amount Migrated { get; init; } = Amount.None;

    /// <summary>Of a failure: its kind; null where it is none.</summary>
    public StepFailure? Failure { get; init; }

    /// <summary>Of a failure, and of what was taken from a list: why, without patient data.</summary>
    public string? Reason { get; init; }

    /// <summary>How often the task was tried so far, this attempt counted.</summary>
    public int Tries { get; init; }

    /// <summary>When it began and how far it came.</summary>
    public StudyTimings Timings { get; init; } = new();
}

/// <summary>The states of a record in the migration database (S3.3).</summary>
public enum RecordState
{
    /// <summary>It waits to be moved.</summary>
    Pending,

    /// <summary>It is in the task queue, or on its way.</summary>
    Running,

    /// <summary>It is in the target, completely.</summary>
    Migrated,

    /// <summary>It could not be moved; the next run tries again.</summary>
    Failed,
}

/// <summary>What can happen to a study.</summary>
public enum MigrationEventKind
{
    /// <summary>It came into the list of current tasks of its department (S3.5).</summary>
    Listed,

    /// <summary>An attempt began.</summary>
    AttemptBegan,

    /// <summary>Its hierarchy is known (S3.6).</summary>
    Collected,

    /// <summary>Objects were stored (S3.10).</summary>
    Progress,

    /// <summary>All of it is there. Its state is migrated.</summary>
    Migrated,

    /// <summary>It was there before, completely. Its state is migrated.</summary>
    Skipped,

    /// <summary>An attempt failed and was taken back; another follows (S3.11).</summary>
    AttemptFailed,

    /// <summary>All tries failed. Its state is failed.</summary>
    Failed,

    /// <summary>It was in a list past its time limit and was taken from it (S3.5). Its state is pending.</summary>
    TimedOut,

    /// <summary>It was in a list that it does not belong to and was taken from it (S3.5). Its state is pending.</summary>
    Misplaced,
}

/// <summary>Times of a task, in epoch milliseconds; null: not yet.</summary>
/// <param name="QueuedAt">It entered the task queue.</param>
/// <param name="ListedAt">It entered the list of its department.</param>
/// <param name="StartedAt">Its last attempt began.</param>
/// <param name="CollectedAt">Its hierarchy was known, in that attempt.</param>
/// <param name="StoredAt">All objects were stored, in that attempt.</param>
/// <param name="EndedAt">It ended.</param>
public sealed record StudyTimings(
    long? QueuedAt = null, long? ListedAt = null, long? StartedAt = null, long? CollectedAt = null, long? StoredAt = null, long? EndedAt = null);
