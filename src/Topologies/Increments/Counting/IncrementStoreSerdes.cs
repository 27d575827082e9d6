using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MedStreams.Streams;

namespace MedStreams.Topologies.Increments.Counting;

/// <summary>
/// The bytes of keys and values in the stores. Numbers are 8 bytes, big-endian, so that windows of a key lie in the order of their
/// times; a zero byte ends the text before them.
/// </summary>
internal static class IncrementStoreSerdes
{
    public static ISerde<WindowKey> WindowKey { get; } = new WindowKeySerde();

    public static ISerde<LaneKey> LaneKey { get; } = new LaneKeySerde();

    public static ISerde<WindowCounts?> WindowCounts { get; } = new CountsSerde().Nullable();

    public static ISerde<LaneProgress?> LaneProgress { get; } = new LaneSerde().Nullable();

    public static ISerde<KeyTotals?> KeyTotals { get; } = new TotalsSerde().Nullable();

    public static ISerde<DistinctSketch> Sketch { get; } = new SketchSerde();

    private static void WriteText(string text, IBufferWriter<byte> destination)
    {
        var span = destination.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        var length = Encoding.UTF8.GetBytes(text, span);
        span[length] = 0;
        destination.Advance(length + 1);
    }

    private static string ReadText(ref ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)0);
        if (end < 0)
            throw new SerializationException("A key of the increments' stores has no end of its text.");
        var text = Encoding.UTF8.GetString(data[..end]);
        data = data[(end + 1)..];
        return text;
    }

    private static void WriteNumbers(IBufferWriter<byte> destination, params ReadOnlySpan<long> numbers)
    {
        var span = destination.GetSpan(numbers.Length * sizeof(long));
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt64BigEndian(span[(i * sizeof(long))..], numbers[i]);
        destination.Advance(numbers.Length * sizeof(long));
    }

    private static long Number(ReadOnlySpan<byte> data, int index) =>
        BinaryPrimitives.ReadInt64BigEndian(data[(index * sizeof(long))..]);

    private static void RequireNumbers(ReadOnlySpan<byte> data, int count)
    {
        if (data.Length != count * sizeof(long))
            throw new SerializationException($"{data.Length} bytes stand in the increments' stores where {count} numbers of 8 are expected.");
    }

    private sealed class WindowKeySerde : ISerde<WindowKey>
    {
        public void Serialize(WindowKey value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            WriteText(value.Key, destination);
            WriteNumbers(destination, value.Start);
        }

        public WindowKey Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            var key = ReadText(ref data);
            RequireNumbers(data, 1);
            return new(key, Number(data, 0));
        }
    }

    private sealed class LaneKeySerde : ISerde<LaneKey>
    {
        public void Serialize(LaneKey value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            WriteText(value.Key, destination);
            Encoding.UTF8.GetBytes(value.Lane, destination);
        }

        public LaneKey Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            var key = ReadText(ref data);
            return new(key, Encoding.UTF8.GetString(data));
        }
    }

    private sealed class CountsSerde : ISerde<WindowCounts>
    {
        public void Serialize(WindowCounts value, IBufferWriter<byte> destination, in SerdeContext context) =>
            WriteNumbers(destination, value.Count, value.Late, value.Touched);

        public WindowCounts Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireNumbers(data, 3);
            return new(Number(data, 0), Number(data, 1), Number(data, 2));
        }
    }

    private sealed class LaneSerde : ISerde<LaneProgress>
    {
        public void Serialize(LaneProgress value, IBufferWriter<byte> destination, in SerdeContext context) =>
            WriteNumbers(destination, value.Time, value.Touched);

        public LaneProgress Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireNumbers(data, 2);
            return new(Number(data, 0), Number(data, 1));
        }
    }

    private sealed class TotalsSerde : ISerde<KeyTotals>
    {
        public void Serialize(KeyTotals value, IBufferWriter<byte> destination, in SerdeContext context) =>
            WriteNumbers(
                destination, value.Total, value.Newest, value.Arrived, value.CheckedAt, value.ClosedBefore, value.ChangedFrom);

        public KeyTotals Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
        {
            RequireNumbers(data, 6);
            return new(
                Number(data, 0), Number(data, 1), Number(data, 2), Number(data, 3), Number(data, 4), Number(data, 5));
        }
    }

    private sealed class SketchSerde : ISerde<DistinctSketch>
    {
        public void Serialize(DistinctSketch value, IBufferWriter<byte> destination, in SerdeContext context) =>
            destination.Write(value.ToBytes());

        public DistinctSketch Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            DistinctSketch.FromBytes(data) ?? throw new SerializationException("The bytes are no sketch of distinct subjects.");
    }
}
