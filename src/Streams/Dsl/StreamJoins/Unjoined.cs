using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.Dsl.StreamJoins;

/// <summary>
/// Which records wait for a partner: those of one key, time and side. In the order of their bytes, which are those of Kafka Streams: time in
/// 8 bytes, big-endian; 1 for the left side, 0 for the right; the key.
/// </summary>
internal readonly record struct UnjoinedKey<TKey>(long Timestamp, bool IsLeft, TKey Key);

/// <inheritdoc cref="UnjoinedKey{TKey}"/>
internal sealed class UnjoinedKeySerde<TKey>(ISerde<TKey> inner) : ISerde<UnjoinedKey<TKey>>
{
    public void Serialize(UnjoinedKey<TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var head = destination.GetSpan(9);
        BinaryPrimitives.WriteInt64BigEndian(head, value.Timestamp);
        head[8] = value.IsLeft ? (byte)1 : (byte)0;
        destination.Advance(9);
        inner.Serialize(value.Key, destination, context);
    }

    public UnjoinedKey<TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
        data.Length < 9
            ? throw new SerializationException($"{data.Length} bytes are too few for the key of a record that waits.")
            : new UnjoinedKey<TKey>(
                BinaryPrimitives.ReadInt64BigEndian(data), data[8] == 1, inner.Deserialize(data[9..], context));
}

/// <summary>The values of records that wait for a partner, in the order of arrival; all of one side.</summary>
internal sealed record UnjoinedValues<TLeft, TRight>(IReadOnlyList<TLeft> Lefts, IReadOnlyList<TRight> Rights);

/// <summary>A byte that is 1 for the left side, then the list of that side's values.</summary>
internal sealed class UnjoinedValuesSerde<TLeft, TRight>(ISerde<TLeft> left, ISerde<TRight> right)
    : ISerde<UnjoinedValues<TLeft, TRight>>
{
    private readonly ListSerde<TLeft> _left = new(left);
    private readonly ListSerde<TRight> _right = new(right);

    public void Serialize(
        UnjoinedValues<TLeft, TRight> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        destination.Write([value.Lefts.Count > 0 ? (byte)1 : (byte)0]);
        if (value.Lefts.Count > 0)
            _left.Serialize(value.Lefts, destination, context);
        else
            _right.Serialize(value.Rights, destination, context);
    }

    public UnjoinedValues<TLeft, TRight> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.IsEmpty)
            throw new SerializationException("The values of records that wait have at least one byte.");
        return data[0] == 1
            ? new UnjoinedValues<TLeft, TRight>(_left.Deserialize(data[1..], context), [])
            : new UnjoinedValues<TLeft, TRight>([], _right.Deserialize(data[1..], context));
    }
}
