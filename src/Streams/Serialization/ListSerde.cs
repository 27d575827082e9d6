using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams;

/// <summary>
/// Lists as Kafka's <c>ListSerializer</c> writes them with its variable-size strategy: the strategy's byte 1, the number of
/// items (4 bytes), then each item's length (4 bytes; -1 for null) and bytes.
/// </summary>
internal sealed class ListSerde<T>(ISerde<T> item) : ISerde<IReadOnlyList<T>>
{
    private const byte VariableSize = 1;
    private const int NullItem = -1;

    public void Serialize(IReadOnlyList<T> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var bytes = new ArrayBufferWriter<byte>();
        destination.Write([VariableSize]);
        WriteInt(destination, value.Count);
        foreach (var element in value)
        {
            if (element is null)
            {
                WriteInt(destination, NullItem);
                continue;
            }

            bytes.ResetWrittenCount();
            item.Serialize(element, bytes, context);
            WriteInt(destination, bytes.WrittenCount);
            destination.Write(bytes.WrittenSpan);
        }
    }

    public IReadOnlyList<T> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.Length < 5 || data[0] != VariableSize)
            throw new SerializationException("The bytes are no list with items of variable size.");
        var count = BinaryPrimitives.ReadInt32BigEndian(data[1..]);
        data = data[5..];
        if (count < 0 || (long)count * 4 > data.Length)
            throw new SerializationException("The list claims more items than its bytes can hold.");
        var items = new T[count];
        for (var i = 0; i < count; i++)
        {
            if (data.Length < 4)
                throw new SerializationException("The list ends within an item's length.");
            var length = BinaryPrimitives.ReadInt32BigEndian(data);
            data = data[4..];
            if (length == NullItem)
            {
                items[i] = default(T) is null
                    ? default!
                    : throw new SerializationException("The list holds null where its items cannot be null.");
                continue;
            }

            if (length < 0 || length > data.Length)
                throw new SerializationException("The list ends within an item.");
            items[i] = item.Deserialize(data[..length], context);
            data = data[length..];
        }

        return items;
    }

    private static void WriteInt(IBufferWriter<byte> destination, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(4), value);
        destination.Advance(4);
    }
}
