using MedStreams.Streams.Queries;

namespace MedStreams.Streams;

/// <summary>Kafka's default choice of a partition, for whoever has to know it beforehand.</summary>
public static class KafkaPartitioner
{
    /// <summary>The partition that a record with such a key goes to: 32-bit murmur2 of the key's bytes, as Java clients compute it.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <param name="partitions">How many partitions the topic has, from 1.</param>
    /// <returns>From 0 to below <paramref name="partitions"/>.</returns>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return Murmur2.PartitionOf(key, partitions);
    }
}
