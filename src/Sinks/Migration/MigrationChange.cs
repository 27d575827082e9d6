namespace MedStreams.Sinks.Migration;

/// <summary>Something that happened to a study on its way; the record's key is its study UID.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Attempt">The attempt that it happened in; 0 before the first.</param>
/// <param name="At">When.</param>
public abstract record MigrationChange(string Run, long Task, int Attempt, DateTimeOffset At);

/// <summary>What a study has come to.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Run">The run's name.</param>
/// <param name="Task">The task's number: one that is not the record's last changes nothing.</param>
/// <param name="Attempt">The attempt that it happened in; 0 before the first. One that is not the record's last changes nothing.</param>
/// <param name="At">When.</param>
public sealed record StudyChange(StudyChangeKind Kind, string Run, long Task, int Attempt, DateTimeOffset At) : MigrationChange(Run, Task, Attempt, At)
{
    /// <summary>How often the task was tried so far, this attempt counted.</summary>
    public int Tries { get; init; }

    /// <summary>What belongs to the study; null: not known yet.</summary>
    public StudyAmount? Expected { get; init; }

    /// <summary>What of it is in the target.</summary>
    public StudyAmount Moved { get; init; }

    /// <summary>Of a failure: its kind.</summary>
    public string? Failure { get; init; }

    /// <summary>Of a failure, and of what was taken from a list: why, without patient data.</summary>
    public string? Reason { get; init; }

    /// <summary>When it came into its list; null: not told.</summary>
    public DateTimeOffset? ListedAt { get; init; }

    /// <summary>When its last attempt began; null: not told.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its hierarchy was known, in that attempt; null: not told.</summary>
    public DateTimeOffset? CollectedAt { get; init; }

    /// <summary>When all objects were stored, in that attempt; null: not told.</summary>
    public DateTimeOffset? StoredAt { get; init; }
}

/// <summary>Something that a person should look at.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Run">The run's name.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="At">When.</param>
/// <param name="Text">Why, without patient data.</param>
public sealed record StudyAlert(string Kind, string Run, long Task, int Attempt, DateTimeOffset At, string Text) : MigrationChange(Run, Task, Attempt, At);

/// <summary>How much of a study.</summary>
/// <param name="Objects">How many.</param>
/// <param name="Bytes">Their bytes; null: not known.</param>
/// <param name="Digest">A digest over all of them; null: not known.</param>
public readonly record struct StudyAmount(long Objects, long? Bytes = null, string? Digest = null)
{
    /// <summary>Whether this is exactly what is expected; what one of both does not know is not compared (S3.10).</summary>
    public bool IsAll(StudyAmount? expected) => expected is { } whole && Objects == whole.Objects
        && (Bytes is null || whole.Bytes is null || Bytes == whole.Bytes)
        && (Digest is null || whole.Digest is null || Digest == whole.Digest);
}

/// <summary>What can happen to a study, and what its state is afterwards.</summary>
public enum StudyChangeKind
{
    /// <summary>It came into the list of its department: still running.</summary>
    Listed,

    /// <summary>An attempt began: still running.</summary>
    AttemptBegan,

    /// <summary>Its hierarchy is known: still running.</summary>
    Collected,

    /// <summary>Objects were stored: still running.</summary>
    Progress,

    /// <summary>An attempt failed and another follows: still running.</summary>
    AttemptFailed,

    /// <summary>All of it is there: migrated, where the amounts agree; else failed, with an alert.</summary>
    Migrated,

    /// <summary>All of it was there before: migrated.</summary>
    Skipped,

    /// <summary>All tries failed: failed.</summary>
    Failed,

    /// <summary>It was taken from its list: pending.</summary>
    Returned,
}
