using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>The key of a subscription where it is kept: all of one foreign key lie together.</summary>
internal readonly record struct CombinedKey<TForeignKey, TKey>(TForeignKey ForeignKey, TKey PrimaryKey);

/// <summary>Kafka Streams' bytes: the length of the foreign key in 4 bytes, the foreign key, the key.</summary>
/// <param name="foreignKeySerde">Handles foreign keys.</param>
/// <param name="keySerde">Handles keys.</param>
/// <param name="foreignKeyTopics">What serdes of foreign keys are told.</param>
/// <param name="keyTopics">What serdes of keys are told.</param>
internal sealed class CombinedKeySerde<TForeignKey, TKey>(
    ISerde<TForeignKey> foreignKeySerde, ISerde<TKey> keySerde, PseudoTopics foreignKeyTopics, PseudoTopics keyTopics)
    : ISerde<CombinedKey<TForeignKey, TKey>>
{
    /// <summary>The bytes with which the keys of all subscriptions to a foreign key begin.</summary>
    public ISerde<TForeignKey> Prefix { get; } = new PrefixSerde(foreignKeySerde, foreignKeyTopics);

    public void Serialize(
        CombinedKey<TForeignKey, TKey> value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        Prefix.Serialize(value.ForeignKey, destination, context);
        keySerde.Serialize(value.PrimaryKey, destination, context with { Topic = keyTopics.Of(context.Topic) });
    }

    public CombinedKey<TForeignKey, TKey> Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        if (data.Length < sizeof(int))
            throw new SerializationException("The key of a subscription is too short.");
        var length = BinaryPrimitives.ReadInt32BigEndian(data);
        data = data[sizeof(int)..];
        if (length < 0 || length > data.Length)
            throw new SerializationException("The key of a subscription ends within its foreign key.");
        return new CombinedKey<TForeignKey, TKey>(
            foreignKeySerde.Deserialize(data[..length], context with { Topic = foreignKeyTopics.Of(context.Topic) }),
            keySerde.Deserialize(data[length..], context with { Topic = keyTopics.Of(context.Topic) }));
    }

    private sealed class PrefixSerde(ISerde<TForeignKey> inner, PseudoTopics topics) : ISerde<TForeignKey>
    {
        [ThreadStatic]
        private static ArrayBufferWriter<byte>? _scratch;

        public void Serialize(TForeignKey value, IBufferWriter<byte> destination, in SerdeContext context)
        {
            var scratch = _scratch ??= new ArrayBufferWriter<byte>();
            scratch.ResetWrittenCount();
            inner.Serialize(value, scratch, context with { Topic = topics.Of(context.Topic) });
            BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), scratch.WrittenCount);
            destination.Advance(sizeof(int));
            destination.Write(scratch.WrittenSpan);
        }

        public TForeignKey Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) =>
            throw new SerializationException("The beginning of a key is only searched for, never read.");
    }
}
