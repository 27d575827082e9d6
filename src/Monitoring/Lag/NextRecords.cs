using Confluent.Kafka;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>Looks at the first record behind a commit, which tells how long it has waited, and whether there is one: markers of transactions are none.</summary>
/// <param name="consumer">Shows committed records only, and tells ends of partitions.</param>
/// <param name="patience">The longest wait for any news.</param>
internal sealed class NextRecords(IConsumer<byte[]?, byte[]?> consumer, TimeSpan patience)
{
    /// <summary>
    /// By partition and offset the time of the next record, in epoch milliseconds; null where there is none. What was not found in time is left
    /// out.
    /// </summary>
    public IReadOnlyDictionary<(TopicPartition Partition, long Offset), long?> Look(
        IEnumerable<(TopicPartition Partition, long Offset)> places, CancellationToken stop)
    {
        var found = new Dictionary<(TopicPartition, long), long?>();
        var rounds = places.Distinct().GroupBy(p => p.Partition).SelectMany(p => p.Select((place, round) => (place, round))).ToLookup(p => p.round, p => p.place);
        foreach (var round in rounds)
            Look([.. round], found, stop);
        return found;
    }

    private void Look(
        (TopicPartition Partition, long Offset)[] round, Dictionary<(TopicPartition, long), long?> found, CancellationToken stop)
    {
        var open = round.ToDictionary(p => p.Partition, p => p.Offset);
        consumer.Assign(round.Select(p => new TopicPartitionOffset(p.Partition.Topic, p.Partition.Partition, p.Offset)));
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Consume(patience) is not { } result)
                break;
            var partition = new TopicPartition(result.Topic, result.Partition.Value);
            if (!open.Remove(partition, out var offset))
                continue;
            found[(partition, offset)] = result.IsPartitionEOF ? null : result.Message.Timestamp.UnixTimestampMs;
            consumer.IncrementalUnassign([result.TopicPartition]);
        }

        consumer.Unassign();
    }
}
