using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>Values with their time in front, 8 bytes big-endian, as Kafka Streams stores them.</summary>
internal sealed class ValueAndTimestampSerde<TValue>(ISerde<TValue> inner) : ISerde<ValueAndTimestamp<TValue>?>
{
    public void Serialize(ValueAndTimestamp<TValue>? value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var (plain, timestamp) = value!.Value;
        BinaryPrimitives.WriteInt64BigEndian(destination.GetSpan(sizeof(long)), timestamp);
        destination.Advance(sizeof(long));
        inner.Serialize(plain, destination, context);
    }

    public ValueAndTimestamp<TValue>? Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.Length < sizeof(long))
            throw new SerializationException($"A value of {context.Topic} is too short to hold its time.");
        var timestamp = BinaryPrimitives.ReadInt64BigEndian(data);
        return new ValueAndTimestamp<TValue>(inner.Deserialize(data[sizeof(long)..], context), timestamp);
    }
}
