using System.Buffers;

namespace MedStreams.Streams;

/// <summary>
/// Changes of a table in a repartition topic, as Kafka Streams writes them (KIP-904): the old value and 0; the new value and 1;
/// or both, in front the new one's length as a zigzag varint, and 2. Kinds 3 to 5 are the same with a byte before the kind that
/// tells whether the change is the latest of its key; they are read only.
/// </summary>
internal sealed class ChangeSerde<T>(ISerde<T> inner) : ISerde<Change<T>>
{
    private const byte OldOnly = 0;
    private const byte NewOnly = 1;
    private const byte Both = 2;
    private const byte WithLatestFlag = 3;

    public void Serialize(Change<T> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        switch (value)
        {
            case { New: { } now, Old: { } before }:
                var bytes = new ArrayBufferWriter<byte>();
                inner.Serialize(now, bytes, context);
                WriteVarint(destination, bytes.WrittenCount);
                destination.Write(bytes.WrittenSpan);
                inner.Serialize(before, destination, context);
                destination.Write([Both]);
                break;
            case { New: { } now }:
                inner.Serialize(now, destination, context);
                destination.Write([NewOnly]);
                break;
            case { Old: { } before }:
                inner.Serialize(before, destination, context);
                destination.Write([OldOnly]);
                break;
            default:
                throw new SerializationException("A change from nothing to nothing has no bytes.");
        }
    }

    public Change<T> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.IsEmpty)
            throw new SerializationException("A change has at least one byte.");
        var kind = data[^1];
        data = data[..^1];
        var isLatest = true;
        if (kind >= WithLatestFlag)
        {
            if (data.IsEmpty || data[^1] > 1)
                throw new SerializationException("A change lacks its flag, or the flag is neither 0 nor 1.");
            isLatest = data[^1] == 1;
            data = data[..^1];
            kind -= WithLatestFlag;
        }

        switch (kind)
        {
            case OldOnly:
                return new Change<T>(default, inner.Deserialize(data, context), isLatest);
            case NewOnly:
                return new Change<T>(inner.Deserialize(data, context), default, isLatest);
            case Both:
                var length = ReadVarint(ref data);
                if (length < 0 || length > data.Length)
                    throw new SerializationException("A change ends within its new value.");
                return new Change<T>(
                    inner.Deserialize(data[..length], context), inner.Deserialize(data[length..], context), isLatest);
            default:
                throw new SerializationException($"{kind} is no kind of change.");
        }
    }

    private static void WriteVarint(IBufferWriter<byte> destination, int value)
    {
        var rest = (uint)value << 1;
        while (rest >= 0x80)
        {
            destination.Write([(byte)(rest | 0x80)]);
            rest >>= 7;
        }

        destination.Write([(byte)rest]);
    }

    private static int ReadVarint(ref ReadOnlySpan<byte> data)
    {
        var value = 0u;
        for (var shift = 0; shift < 35 && !data.IsEmpty; shift += 7)
        {
            var next = data[0];
            data = data[1..];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return (int)(value >> 1) ^ -(int)(value & 1);
        }

        throw new SerializationException("A change ends within the length of its new value.");
    }
}
