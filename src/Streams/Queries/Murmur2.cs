using System.Buffers.Binary;

namespace MedStreams.Streams.Queries;

/// <summary>Kafka's default partitioner: the partition of a key's bytes by 32-bit murmur2, as Java clients compute it.</summary>
internal static class Murmur2
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;

    public static int PartitionOf(ReadOnlySpan<byte> key, int partitions) => (int)(Hash(key) & 0x7fffffff) % partitions;

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        unchecked
        {
            var hash = Seed ^ (uint)data.Length;
            while (data.Length >= sizeof(uint))
            {
                var word = BinaryPrimitives.ReadUInt32LittleEndian(data) * Multiplier;
                word ^= word >> 24;
                hash = (hash * Multiplier) ^ (word * Multiplier);
                data = data[sizeof(uint)..];
            }

            for (var i = data.Length - 1; i >= 0; i--)
                hash ^= (uint)data[i] << (8 * i);
            if (data.Length > 0)
                hash *= Multiplier;
            hash ^= hash >> 13;
            hash *= Multiplier;
            return hash ^ (hash >> 15);
        }
    }
}
