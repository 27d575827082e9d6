using System.Buffers.Binary;

namespace MedStreams.Broker.Records;

/// <summary>How the clients of Apache Kafka choose the partition of a record with a key.</summary>
internal static class DefaultPartitioner
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;

    /// <summary>The partition of a key.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <param name="partitions">The number of partitions, at least 1.</param>
    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (Murmur2(key) & int.MaxValue) % partitions;

    /// <summary>Austin Appleby's MurmurHash2 in 32 bits, with the seed that Kafka uses.</summary>
    public static int Murmur2(ReadOnlySpan<byte> key)
    {
        unchecked
        {
            var hash = Seed ^ (uint)key.Length;
            while (key.Length >= sizeof(uint))
            {
                var word = BinaryPrimitives.ReadUInt32LittleEndian(key) * Multiplier;
                word = (word ^ (word >> 24)) * Multiplier;
                hash = (hash * Multiplier) ^ word;
                key = key[sizeof(uint)..];
            }

            if (key.Length > 0)
            {
                for (var i = key.Length - 1; i >= 0; i--)
                    hash ^= (uint)key[i] << (8 * i);
                hash *= Multiplier;
            }

            hash = (hash ^ (hash >> 13)) * Multiplier;
            return (int)(hash ^ (hash >> 15));
        }
    }
}
