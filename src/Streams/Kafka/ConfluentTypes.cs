using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>Between the engine's types and Confluent.Kafka's.</summary>
internal static class ConfluentTypes
{
    public static Confluent.Kafka.TopicPartition ToConfluent(this TopicPartition partition) =>
        new(partition.Topic, partition.Partition);

    public static TopicPartition FromConfluent(this Confluent.Kafka.TopicPartition partition) =>
        new(partition.Topic, partition.Partition.Value);

    public static TopicPartitionOffset ToConfluent(this KeyValuePair<TopicPartition, long> position) =>
        new(position.Key.ToConfluent(), position.Value);

    public static IReadOnlyDictionary<string, int> PartitionCounts(this IAdminClient admin, TimeSpan timeout) =>
        admin.GetMetadata(timeout).Topics
            .Where(t => !t.Error.IsError)
            .ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
}
