namespace MedStreams.Streams.State;

/// <summary>The topic partition that a store of a task is restored from.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Partition">The partition, under the topic's full name.</param>
/// <param name="IsSource">True where it is an input of the task: nothing is logged, and its position is the task's input offset.</param>
internal readonly record struct StoreChangelog(string Store, TopicPartition Partition, bool IsSource)
{
    /// <summary>The full name of a store's own changelog topic, as Kafka Streams names it.</summary>
    public static string TopicOf(string applicationId, string store) => $"{applicationId}-{store}-changelog";
}
