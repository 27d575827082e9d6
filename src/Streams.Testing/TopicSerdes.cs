using System.Buffers;

namespace MedStreams.Streams.Testing;

/// <summary>The serdes with which a test writes or reads a topic.</summary>
internal sealed class TopicSerdes<TKey, TValue>(string topic, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
{
    private static readonly SerdeResolver BuiltIn = new StreamsBuilderOptions().CreateResolver();

    public static TopicSerdes<TKey, TValue> Of(string topic, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new(
            topic,
            BuiltIn.Resolve(keySerde, $"The test topic {topic}", isKey: true),
            BuiltIn.Resolve(valueSerde, $"The test topic {topic}", isKey: false));

    public CapturedRecord Write(in Record<TKey, TValue> record) =>
        new(
            topic,
            Write(record.Key, keySerde, new SerdeContext(topic, true, record.Headers)),
            Write(record.Value, valueSerde, new SerdeContext(topic, false, record.Headers)),
            record.Timestamp,
            record.Headers);

    public Record<TKey, TValue> Read(CapturedRecord record) =>
        new(
            Read(record.Key, keySerde, new SerdeContext(topic, true, record.Headers)),
            Read(record.Value, valueSerde, new SerdeContext(topic, false, record.Headers)),
            record.Timestamp,
            record.Headers);

    private static byte[]? Write<T>(T value, ISerde<T> serde, in SerdeContext context)
    {
        if (value is null)
            return null;
        var bytes = new ArrayBufferWriter<byte>();
        serde.Serialize(value, bytes, context);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Read<T>(byte[]? bytes, ISerde<T> serde, in SerdeContext context)
    {
        if (bytes is not null)
            return serde.Deserialize(bytes, context);
        return default(T) is null
            ? default!
            : throw new SerializationException(
                $"A record of {context.Topic} has a null {(context.IsKey ? "key" : "value")}: read it as {typeof(T).Name}?.");
    }
}
