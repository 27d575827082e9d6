using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Streams;

/// <summary>
/// Serdes of built-in types, with the very bytes of Kafka's own serialisers. All are stateless and safe for use by several
/// threads. The DSL finds them by itself; name them where a topology is to say so. For a type that can be null see
/// <see cref="NullableSerdes"/>.
/// </summary>
public static class Serdes
{
#nullable disable annotations // fit KStream<string, string> and KStream<string, string?> alike
    /// <summary>Text as UTF-8. Bytes that are no UTF-8 read as U+FFFD, as in Kafka; nothing is refused.</summary>
    public static ISerde<string> String { get; } = new StringSerde();

    /// <summary>Bytes as they are.</summary>
    public static ISerde<byte[]> Bytes { get; } = new BytesSerde();
#nullable restore annotations

    /// <summary>2 bytes, big-endian.</summary>
    public static ISerde<short> Int16 { get; } = new Int16Serde();

    /// <summary>4 bytes, big-endian.</summary>
    public static ISerde<int> Int32 { get; } = new Int32Serde();

    /// <summary>8 bytes, big-endian.</summary>
    public static ISerde<long> Int64 { get; } = new Int64Serde();

    /// <summary>4 bytes, IEEE 754, big-endian.</summary>
    public static ISerde<float> Single { get; } = new SingleSerde();

    /// <summary>8 bytes, IEEE 754, big-endian.</summary>
    public static ISerde<double> Double { get; } = new DoubleSerde();

    /// <summary>One byte, 1 or 0.</summary>
    public static ISerde<bool> Boolean { get; } = new BooleanSerde();

    /// <summary>The usual text form, 36 characters in lower case, as UTF-8.</summary>
    public static ISerde<Guid> Guid { get; } = new GuidSerde();

    /// <summary>Bytes as they are, without a copy when they are written.</summary>
    public static ISerde<ReadOnlyMemory<byte>> Memory { get; } = new MemorySerde();

    /// <summary>Items of any length (Kafka's <c>ListSerde</c> of an item that has no fixed size); an item may be null.</summary>
    public static ISerde<IReadOnlyList<T>> ListOf<T>(ISerde<T> item) => new ListSerde<T>(item);

    /// <summary>Refuses data of another length than a type has.</summary>
    internal static void RequireLength(int expected, int length)
    {
        if (length != expected)
            throw new SerializationException($"{length} bytes were read where {expected} are expected.");
    }

    private sealed class StringSerde : ISerde<string>
    {
        public void Serialize(string value, IBufferWriter<byte> destination, in SerdeContext context) =>
            Encoding.UTF8.GetBytes(value, destination);

        public string Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => Encoding.UTF8.GetString(data);
    }

    private sealed class BytesSerde : ISerde<byte[]>
    {
        public void Serialize(byte[] value, IBufferWriter<byte> destination, in SerdeContext context) =>
            destination.Write(value);

        public byte[] Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => data.ToArray();
    }

    private sealed class MemorySerde : ISerde<ReadOnlyMemory<byte>>
    {
        public void Serialize(
            ReadOnlyMemory<byte> value, IBufferWriter<byte> destination, in SerdeContext context) =>
            destination.Write(value.Span);

        public ReadOnlyMemory<byte> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => data.ToArray();
    }

    private sealed class Int16Serde : ISerde<short>
    {
        public void Serialize(short value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteInt16BigEndian(destination.GetSpan(2), value);
            destination.Advance(2);
        }

        public short Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(2, data.Length);
            return BinaryPrimitives.ReadInt16BigEndian(data);
        }
    }

    private sealed class Int32Serde : ISerde<int>
    {
        public void Serialize(int value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(4), value);
            destination.Advance(4);
        }

        public int Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(4, data.Length);
            return BinaryPrimitives.ReadInt32BigEndian(data);
        }
    }

    private sealed class Int64Serde : ISerde<long>
    {
        public void Serialize(long value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(8), value);
            destination.Advance(8);
        }

        public long Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(8, data.Length);
            return BinaryPrimitives.ReadInt64BigEndian(data);
        }
    }

    private sealed class SingleSerde : ISerde<float>
    {
        public void Serialize(float value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteSingleBigEndian(destination.GetSpan(4), value);
            destination.Advance(4);
        }

        public float Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(4, data.Length);
            return BinaryPrimitives.ReadSingleBigEndian(data);
        }
    }

    private sealed class DoubleSerde : ISerde<double>
    {
        public void Serialize(double value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            BinaryPrimitives.WriteDoubleBigEndian(destination.GetSpan(8), value);
            destination.Advance(8);
        }

        public double Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(8, data.Length);
            return BinaryPrimitives.ReadDoubleBigEndian(data);
        }
    }

    private sealed class BooleanSerde : ISerde<bool>
    {
        public void Serialize(bool value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            destination.GetSpan(1)[0] = value ? (byte)1 : (byte)0;
            destination.Advance(1);
        }

        public bool Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireLength(1, data.Length);
            return data[0] switch
            {
                0 => false,
                1 => true,
                _ => throw new SerializationException("The byte of a boolean is neither 0 nor 1."),
            };
        }
    }

    private sealed class GuidSerde : ISerde<Guid>
    {
        public void Serialize(Guid value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            value.TryFormat(destination.GetSpan(36), out var written);
            destination.Advance(written);
        }

        public Guid Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            System.Guid.TryParseExact(Encoding.UTF8.GetString(data), "D", out var value)
                ? value
                : throw new SerializationException("The bytes are no UUID in its text form.");
    }
}
