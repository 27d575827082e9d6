using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>What the side of the foreign keys is to do with a subscription; the numbers are those on the wire.</summary>
internal enum Instruction : byte
{
    /// <summary>Forget the subscription, answer nothing.</summary>
    DeleteSilently = 0,

    /// <summary>Forget the subscription, answer with null.</summary>
    DeleteAndPropagate = 1,

    /// <summary>Keep the subscription, answer with the value or null.</summary>
    PropagateAlways = 2,

    /// <summary>Keep the subscription, answer if there is a value.</summary>
    PropagateIfPresent = 3,
}

/// <summary>A record of one side that wants to know the value of its foreign key (KIP-213).</summary>
/// <param name="Hash">Of the record's value; null where it is a deletion.</param>
/// <param name="Instruction">What to do.</param>
/// <param name="PrimaryKey">The record's key.</param>
/// <param name="Partition">Where the answer goes; null where an older version wrote the subscription.</param>
internal readonly record struct Subscription<TKey>(
    ValueHash? Hash, Instruction Instruction, TKey PrimaryKey, int? Partition);

/// <summary>
/// Kafka Streams' bytes: the version, with the highest bit set where there is no hash; the instruction; the hash in 16 bytes; the
/// key; since version 1, which is written, the partition in 4 bytes.
/// </summary>
internal sealed class SubscriptionSerde<TKey>(ISerde<TKey> keySerde, PseudoTopics keyTopics) : ISerde<Subscription<TKey>>
{
    private const byte NoHash = 0x80;
    private const byte Version = 1;

    public void Serialize(Subscription<TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var head = destination.GetSpan(2 + ValueHash.Length);
        head[0] = value.Hash is null ? (byte)(Version | NoHash) : Version;
        head[1] = (byte)value.Instruction;
        if (value.Hash is { } hash)
        {
            BinaryPrimitives.WriteInt64BigEndian(head[2..], hash.First);
            BinaryPrimitives.WriteInt64BigEndian(head[10..], hash.Second);
        }

        destination.Advance(value.Hash is null ? 2 : 2 + ValueHash.Length);
        keySerde.Serialize(value.PrimaryKey, destination, context with { Topic = keyTopics.Of(context.Topic) });
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), value.Partition ?? -1);
        destination.Advance(sizeof(int));
    }

    public Subscription<TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        var reader = new WrapperReader(data);
        var version = reader.ReadVersion(Version, out var hasHash);
        var instruction = (Instruction)reader.ReadByte();
        if (instruction > Instruction.PropagateIfPresent)
            throw new SerializationException($"{(byte)instruction} is no instruction of a subscription.");
        var hash = reader.ReadHash(hasHash);
        int? partition = version == 0 ? null : reader.ReadLastInt32();
        var key = keySerde.Deserialize(reader.Rest, context with { Topic = keyTopics.Of(context.Topic) });
        return new Subscription<TKey>(hash, instruction, key, partition);
    }
}
