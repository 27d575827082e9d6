using System.Buffers.Binary;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Single-object encoding (specification 1.12): the bytes C3 01, the schema's CRC-64-AVRO fingerprint, little-endian, then the
/// binary encoding.
/// </summary>
public static class SingleObject
{
    private const int HeaderLength = 10;
    private static ReadOnlySpan<byte> Marker => [0xC3, 0x01];

    /// <summary>The bytes of a value with its schema's fingerprint in front.</summary>
    /// <exception cref="SerializationException">The schema cannot hold the value.</exception>
    public static byte[] Encode<T>(AvroCodec<T> codec, T value)
    {
        var header = new byte[HeaderLength];
        Marker.CopyTo(header);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(Marker.Length), codec.Schema.Fingerprint);
        return [.. header, .. codec.Encode(value)];
    }

    /// <summary>Reads a value behind its schema's fingerprint.</summary>
    /// <param name="codec">Reads it as its own schema.</param>
    /// <param name="data">All the bytes.</param>
    /// <param name="findSchema">The schema of a fingerprint; null: unknown.</param>
    /// <exception cref="SerializationException">The bytes are no single object, the schema is unknown, or does not fit.</exception>
    public static T Decode<T>(AvroCodec<T> codec, ReadOnlySpan<byte> data, Func<ulong, AvroSchema?> findSchema)
    {
        if (data.Length < HeaderLength || !data.StartsWith(Marker))
            throw new SerializationException("The bytes are no single object of Avro.");
        var fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(data[Marker.Length..]);
        var writer = findSchema(fingerprint) ?? throw new SerializationException($"There is no schema of fingerprint {fingerprint:x16}.");
        return codec.Decode(data[HeaderLength..], writer);
    }
}
