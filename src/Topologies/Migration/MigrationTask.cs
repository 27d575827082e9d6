namespace MedStreams.Topologies.Migration;

/// <summary>
/// A study to be moved, in the topic of tasks by its study UID. The migration database's outbox writes it when a record goes from pending to
/// running; a study has one at a time, a later one has the larger number.
/// </summary>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="Number">The task's number, from 1: unique in the database, and growing.</param>
/// <param name="Attempt">The attempt that it may begin with, from 1: one more than the database knows of. Attempts of a study only grow.</param>
/// <param name="Department">The department of the examination; empty where none is known.</param>
public sealed record MigrationTask(string Run, long Number, int Attempt, string Department)
{
    /// <summary>The beginning of the examination, in epoch milliseconds; null where it has no valid date. What orders lists by time.</summary>
    public long? ExamTime { get; init; }

    /// <summary>
    /// What orders lists by hierarchy, compared by its characters: the subject, then the examination, so that all of a subject follow each other.
    /// </summary>
    public string Hierarchy { get; init; } = "";

    /// <summary>Larger goes first, whatever the order: such as priors of patients with an appointment. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>When it was put into the queue, in epoch milliseconds.</summary>
    public long QueuedAt { get; init; }

    /// <summary>How long it may stay in a list of current tasks, in milliseconds; null: as the topology is set.</summary>
    public long? TimeLimit { get; init; }

    /// <summary>How often it is tried, from 1; null: as the topology is set.</summary>
    public int? Tries { get; init; }
}
