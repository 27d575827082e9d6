using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams;

/// <summary>Serdes of windowed keys, with the very bytes of Kafka Streams' <c>WindowedSerdes</c>.</summary>
public static class WindowedSerdes
{
    /// <summary>Keys of time windows: the key's bytes, then the start of the window in 8 bytes, big-endian.</summary>
    /// <param name="inner">Handles the key.</param>
    /// <param name="windowSize">From start to end, since the bytes hold no end.</param>
    public static ISerde<Windowed<TKey>> TimeWindowed<TKey>(ISerde<TKey> inner, TimeSpan windowSize) =>
        TimeWindowed(inner, (long)windowSize.TotalMilliseconds);

    /// <summary>Keys of sessions: the key's bytes, then the end of the session, then its start, in 8 bytes each, big-endian.</summary>
    /// <param name="inner">Handles the key.</param>
    public static ISerde<Windowed<TKey>> SessionWindowed<TKey>(ISerde<TKey> inner) => new Session<TKey>(inner);

    internal static ISerde<Windowed<TKey>> TimeWindowed<TKey>(ISerde<TKey> inner, long sizeMs) =>
        new Time<TKey>(inner, sizeMs);

    private static void WriteLong(IBufferWriter<byte> destination, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(8), value);
        destination.Advance(8);
    }

    private sealed class Time<TKey>(ISerde<TKey> inner, long sizeMs) : ISerde<Windowed<TKey>>
    {
        public void Serialize(Windowed<TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            inner.Serialize(value.Key, destination, context);
            WriteLong(destination, value.Window.Start);
        }

        public Windowed<TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            if (data.Length < 8)
                throw new SerializationException($"{data.Length} bytes are too few for the key of a time window.");
            var start = BinaryPrimitives.ReadInt64BigEndian(data[^8..]);
            var end = start > long.MaxValue - sizeMs ? long.MaxValue : start + sizeMs;
            return new Windowed<TKey>(inner.Deserialize(data[..^8], context), new Window(start, end));
        }
    }

    private sealed class Session<TKey>(ISerde<TKey> inner) : ISerde<Windowed<TKey>>
    {
        public void Serialize(Windowed<TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            inner.Serialize(value.Key, destination, context);
            WriteLong(destination, value.Window.End);
            WriteLong(destination, value.Window.Start);
        }

        public Windowed<TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            if (data.Length < 16)
                throw new SerializationException($"{data.Length} bytes are too few for the key of a session.");
            return new Windowed<TKey>(
                inner.Deserialize(data[..^16], context),
                new Window(
                    BinaryPrimitives.ReadInt64BigEndian(data[^8..]), BinaryPrimitives.ReadInt64BigEndian(data[^16..^8])));
        }
    }
}
