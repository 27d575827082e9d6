using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace MedStreams.Streams.Kafka;

/// <summary>
/// The number of a generation. Confluent.Kafka hands it on, in the bytes that librdkafka writes a group's metadata in, but has no property for
/// it.
/// </summary>
internal static class GroupGeneration
{
    private static readonly byte[] Magic = "CGMDv2:"u8.ToArray();

    /// <summary>Reads the number.</summary>
    /// <exception cref="StreamsException">This version of Confluent.Kafka keeps it elsewhere.</exception>
    public static int Of(IConsumerGroupMetadata metadata)
    {
        var bytes = BytesOf(metadata);
        return MemoryMarshal.Read<int>(bytes.AsSpan(Magic.Length)); // in the machine's order, as librdkafka writes it
    }

    /// <summary>The metadata as librdkafka writes it.</summary>
    /// <exception cref="StreamsException">This version of Confluent.Kafka keeps it elsewhere.</exception>
    public static byte[] BytesOf(IConsumerGroupMetadata metadata)
    {
        var field = metadata.GetType().GetField("serializedMetadata", BindingFlags.Instance | BindingFlags.NonPublic);
        return field?.GetValue(metadata) is byte[] bytes && bytes.Length >= Magic.Length + sizeof(int) && bytes.AsSpan().StartsWith(Magic)
            ? bytes
            : throw new StreamsException("This version of Confluent.Kafka does not tell the generation of a group: use 2.15.1.");
    }
}
