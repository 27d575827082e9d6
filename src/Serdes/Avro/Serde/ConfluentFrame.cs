using System.Buffers;
using System.Buffers.Binary;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>What Confluent's serializers write in front of a value: a zero byte and the schema's id, 4 bytes big-endian.</summary>
internal static class ConfluentFrame
{
    public const int HeaderLength = 5;
    private const byte Magic = 0;

    public static void Write(IBufferWriter<byte> destination, int schemaId)
    {
        var header = destination.GetSpan(HeaderLength);
        header[0] = Magic;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], schemaId);
        destination.Advance(HeaderLength);
    }

    /// <summary>The schema's id.</summary>
    /// <exception cref="SerializationException">There is no such header.</exception>
    public static int ReadId(ReadOnlySpan<byte> data)
    {
        if (data.Length < HeaderLength || data[0] != Magic)
            throw new SerializationException("The bytes do not begin with a zero byte and the id of a schema.");
        var id = BinaryPrimitives.ReadInt32BigEndian(data[1..]);
        return id >= 0 ? id : throw new SerializationException("The id of the schema is negative.");
    }
}
