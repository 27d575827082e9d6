namespace MedStreams.Topologies.Migration;

/// <summary>Something that a person should look at, in the topic of alerts by its study UID (S3.11).</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Run">The run.</param>
/// <param name="Task">The task's number.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Department">The department.</param>
/// <param name="At">When, in epoch milliseconds.</param>
/// <param name="Reason">Why, without patient data.</param>
public sealed record MigrationAlert(AlertKind Kind, string Run, long Task, int Attempt, string Department, long At, string Reason)
{
    /// <summary>The kind of the failure; null where none was.</summary>
    public StepFailure? Failure { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Tries { get; init; }

    /// <summary>When it began and how far it came.</summary>
    public StudyTimings Timings { get; init; } = new();
}

/// <summary>What alerts are about.</summary>
public enum AlertKind
{
    /// <summary>A study failed for good.</summary>
    StudyFailed,

    /// <summary>The target holds other content under a UID of the study.</summary>
    Conflict,

    /// <summary>A study was in a list past its time limit.</summary>
    TimedOut,

    /// <summary>What a failed attempt stored could not be taken back.</summary>
    NotRolledBack,

    /// <summary>Old or new PACS has been away for as many attempts as a study is tried; it goes on being tried, and has not failed.</summary>
    Away,
}
