namespace MedStreams.Streams;

/// <summary>Why an instance, a stream thread or a task takes no records.</summary>
public enum StandstillReason
{
    /// <summary>The instance was made and not started, or is making its internal topics.</summary>
    NotStarted,

    /// <summary>The global stores are being filled; tasks begin when they are.</summary>
    FillingGlobalStores,

    /// <summary>The thread waits for its group: a rebalance, or no broker answers.</summary>
    Joining,

    /// <summary>No active task came to this instance: there are more threads than partitions, or others have them all.</summary>
    NoTasks,

    /// <summary>The task's state is being opened, or another thread of this machine still has it.</summary>
    Opening,

    /// <summary>The task's stores are being brought up to date from their changelogs.</summary>
    Restoring,

    /// <summary>A target outside Kafka does not answer; the task keeps what it has and tries again.</summary>
    TargetDown,

    /// <summary>What a serde or processor of the task needs does not answer, such as a schema registry; it tries again.</summary>
    ServiceDown,

    /// <summary>Calls that a task has made outside are not answered yet, and no more may be made meanwhile.</summary>
    SlowCall,

    /// <summary><see cref="KafkaStreams.Pause"/> was called.</summary>
    Paused,

    /// <summary>The thread has not come back for long, from code of the topology or from a call to a client.</summary>
    Stuck,

    /// <summary>No broker answers.</summary>
    BrokerDown,

    /// <summary>The instance stops, as asked.</summary>
    Stopping,

    /// <summary>The instance has stopped, as asked.</summary>
    Stopped,

    /// <summary>An error has stopped the instance, or is stopping it.</summary>
    Failed,
}

/// <summary>One thing that keeps records from being taken. Holds names of threads, tasks, stores and targets, and nothing of any record.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Text">What is so, and what helps, for a person.</param>
public sealed record Standstill(StandstillReason Reason, string Text)
{
    /// <summary>The stream thread that stands still; null where the whole instance does.</summary>
    public string? ThreadName { get; init; }

    /// <summary>The task that stands still; null where the whole thread does.</summary>
    public TaskId? TaskId { get; init; }

    /// <summary>Of a restore, how many changelog records are left; markers of transactions count as records.</summary>
    public long? RecordsLeft { get; init; }

    /// <summary>Of a restore, how long it will go on at the speed that it has had so far; null where there is none yet.</summary>
    public TimeSpan? TimeLeft { get; init; }
}
