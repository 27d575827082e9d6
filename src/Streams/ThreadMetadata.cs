namespace MedStreams.Streams;

/// <summary>A stream thread as it was a moment ago.</summary>
/// <param name="ThreadName">Its name.</param>
/// <param name="ThreadState">Its state, as Kafka Streams writes it: <c>RUNNING</c>.</param>
/// <param name="ConsumerClientId">The client id of its consumer; those of its other clients begin with it.</param>
/// <param name="ActiveTasks">The tasks that it runs or is about to run.</param>
/// <param name="StandbyTasks">The tasks whose changelogs it follows.</param>
public sealed record ThreadMetadata(
    string ThreadName,
    string ThreadState,
    string ConsumerClientId,
    IReadOnlyList<TaskMetadata> ActiveTasks,
    IReadOnlyList<TaskMetadata> StandbyTasks);

/// <summary>A task of a stream thread as it was a moment ago.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Inputs">The partitions that it reads; of a standby, the changelogs.</param>
/// <param name="CommittedOffsets">By partition, the next offset as committed; of a standby, as far as it has followed.</param>
/// <param name="EndOffsets">By partition, the offset after the last record that the thread has seen.</param>
public sealed record TaskMetadata(
    TaskId TaskId,
    IReadOnlyCollection<TopicPartition> Inputs,
    IReadOnlyDictionary<TopicPartition, long> CommittedOffsets,
    IReadOnlyDictionary<TopicPartition, long> EndOffsets);
