using Confluent.Kafka;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>Asks brokers where partitions begin and end, all partitions of a broker in one request.</summary>
/// <param name="consumer">Shows committed records only, so that ends are last stable offsets.</param>
/// <param name="timeout">How long brokers may take.</param>
internal sealed class PartitionEnds(IConsumer<byte[]?, byte[]?> consumer, TimeSpan timeout)
{
    // Times that mean places (ListOffsets).
    private const long Latest = -1;
    private const long Earliest = -2;

    /// <summary>The offsets after the last records that readers of committed records may see; a partition that does not exist is left out.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Last(IEnumerable<TopicPartition> partitions) => At(partitions.Select(p => (p, Latest)));

    /// <summary>The first offsets that are still there.</summary>
    public IReadOnlyDictionary<TopicPartition, long> First(IEnumerable<TopicPartition> partitions) => At(partitions.Select(p => (p, Earliest)));

    /// <summary>The offsets of the first records of these times or later ones, each partition once; left out where there are none.</summary>
    /// <exception cref="KafkaException">The brokers do not answer in time.</exception>
    public IReadOnlyDictionary<TopicPartition, long> At(IEnumerable<(TopicPartition Partition, long Timestamp)> times)
    {
        var questions = times.Select(t => new TopicPartitionTimestamp(
            t.Partition.Topic, t.Partition.Partition, new Timestamp(t.Timestamp, TimestampType.CreateTime))).ToList();
        return questions.Count == 0
            ? new Dictionary<TopicPartition, long>()
            : Ask(questions).Where(a => !a.Error.IsError && a.Offset.Value >= 0)
                .ToDictionary(a => new TopicPartition(a.Topic, a.Partition.Value), a => a.Offset.Value);
    }

    private List<TopicPartitionOffsetError> Ask(List<TopicPartitionTimestamp> questions)
    {
        try
        {
            return [.. consumer.OffsetsForTimes(questions, timeout).Select(a => new TopicPartitionOffsetError(a.TopicPartition, a.Offset, new Error(ErrorCode.NoError)))];
        }
        catch (TopicPartitionOffsetException e)
        {
            return e.Results; // some have an error of their own
        }
    }
}
