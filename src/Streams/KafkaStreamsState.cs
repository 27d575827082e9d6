namespace MedStreams.Streams;

/// <summary>Where an instance is in its life, as Kafka Streams names it.</summary>
public enum KafkaStreamsState
{
    /// <summary>Made, not started.</summary>
    Created,

    /// <summary>Joining the group, or restoring state: not all tasks take records.</summary>
    Rebalancing,

    /// <summary>All tasks of this instance take records.</summary>
    Running,

    /// <summary>Committing and leaving.</summary>
    PendingShutdown,

    /// <summary>Stopped as asked.</summary>
    NotRunning,

    /// <summary>Stopping because of an error.</summary>
    PendingError,

    /// <summary>Stopped by an error.</summary>
    Error,
}
