using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>The answer to a subscription.</summary>
/// <param name="Hash">The subscription's: an answer to a value that is no longer there is dropped.</param>
/// <param name="ForeignValue">The value of the foreign key; null where there is none.</param>
/// <param name="Partition">Where the answer goes; not written.</param>
internal readonly record struct SubscriptionResponse<TValue>(ValueHash? Hash, TValue? ForeignValue, int? Partition);

/// <summary>
/// Kafka Streams' bytes: the version, with the highest bit set where there is no hash; the hash in 16 bytes; the value. A value
/// without bytes reads as null, as there.
/// </summary>
internal sealed class SubscriptionResponseSerde<TValue>(ISerde<TValue> valueSerde) : ISerde<SubscriptionResponse<TValue>>
{
    private const byte NoHash = 0x80;
    private const byte Version = 0;

    public void Serialize(SubscriptionResponse<TValue> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var head = destination.GetSpan(1 + ValueHash.Length);
        head[0] = value.Hash is null ? NoHash : Version;
        if (value.Hash is { } hash)
        {
            BinaryPrimitives.WriteInt64BigEndian(head[1..], hash.First);
            BinaryPrimitives.WriteInt64BigEndian(head[9..], hash.Second);
        }

        destination.Advance(value.Hash is null ? 1 : 1 + ValueHash.Length);
        if (value.ForeignValue is { } foreign)
            valueSerde.Serialize(foreign, destination, context);
    }

    public SubscriptionResponse<TValue> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        var reader = new WrapperReader(data);
        reader.ReadVersion(Version, out var hasHash);
        var hash = reader.ReadHash(hasHash);
        return new SubscriptionResponse<TValue>(
            hash, reader.Rest.IsEmpty ? default : valueSerde.Deserialize(reader.Rest, context), null);
    }
}
