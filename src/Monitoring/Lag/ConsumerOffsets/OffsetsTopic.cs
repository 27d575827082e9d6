using Confluent.Kafka;

namespace MedStreams.Monitoring.Lag.ConsumerOffsets;

/// <summary>The topic in which Kafka keeps what groups have committed.</summary>
internal static class OffsetsTopic
{
    public const string Name = "__consumer_offsets";

    /// <summary>The partition that holds a group: Java's hash of its name, as Kafka places it.</summary>
    public static int PartitionOf(string group, int partitionCount)
    {
        var hash = 0;
        foreach (var character in group)
            hash = unchecked((31 * hash) + character);
        return (hash & int.MaxValue) % partitionCount;
    }

    /// <summary>Reads partitions from their beginnings to their present ends.</summary>
    /// <param name="consumer">Tells ends of partitions, and shows committed records only.</param>
    /// <param name="ends">Asks where they end: those without records are not read, and librdkafka, which has then heard who leads them, begins at once and not a second later.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="take">Takes each record.</param>
    /// <param name="patience">The longest wait for any news.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="TimeoutException">Nothing came for that long.</exception>
    /// <exception cref="KafkaException">The topic may not be read, or the brokers fail.</exception>
    public static void Read(
        IConsumer<byte[]?, byte[]?> consumer, PartitionEnds ends, IEnumerable<int> partitions, Action<GroupRecord> take, TimeSpan patience, CancellationToken stop)
    {
        var open = ends.Last(partitions.Select(p => new Streams.TopicPartition(Name, p))).Where(e => e.Value > 0).Select(e => e.Key.Partition).ToHashSet();
        if (open.Count == 0)
            return;
        consumer.Assign(open.Select(p => new TopicPartitionOffset(Name, p, Offset.Beginning)));
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Consume(patience) is not { } result)
                throw new TimeoutException($"{Name} could not be read to its end: nothing came for {patience.TotalSeconds:0.#} s.");
            if (result.IsPartitionEOF)
                open.Remove(result.Partition.Value);
            else if (GroupRecord.TryRead(result.Message.Key, result.Message.Value, result.Message.Value is null) is { } record)
                take(record);
        }

        consumer.Unassign();
    }
}
