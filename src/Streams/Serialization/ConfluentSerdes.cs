using System.Buffers;
using Confluent.Kafka;

namespace MedStreams.Streams;

/// <summary>
/// Serdes of Confluent.Kafka's serializers and deserializers, such as those of Confluent's own schema registry packages. They see the
/// topic, whether it is a key, and a copy of the headers: headers that a serializer adds are not written.
/// </summary>
public static class ConfluentSerdes
{
    /// <summary>A serde of two that answer at once. Safe for use by several threads if both are.</summary>
    public static ISerde<T> From<T>(ISerializer<T> serializer, IDeserializer<T> deserializer) =>
        new ConfluentSerde<T>(serializer.Serialize, (data, context) => deserializer.Deserialize(data, false, context));

    /// <summary>
    /// A serde of two that may wait, for instance for a schema registry; the caller's thread waits along. Safe for use by
    /// several threads if both are.
    /// </summary>
    public static ISerde<T> From<T>(IAsyncSerializer<T> serializer, IAsyncDeserializer<T> deserializer) => new ConfluentSerde<T>(
        (value, context) => serializer.SerializeAsync(value, context).GetAwaiter().GetResult(),
        (data, context) => deserializer.DeserializeAsync(data.ToArray(), false, context).GetAwaiter().GetResult());
}

/// <inheritdoc cref="ConfluentSerdes"/>
internal sealed class ConfluentSerde<T>(
    Func<T, SerializationContext, byte[]?> write, ConfluentSerde<T>.ReadValue read) : ISerde<T>
{
    public delegate T ReadValue(ReadOnlySpan<byte> data, SerializationContext context);

    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context) => destination.Write(
        write(value, Convert(context)) ?? throw new SerializationException($"The serializer of {typeof(T).Name} gave null for a value that is not null."));

    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => read(data, Convert(context));

    private static SerializationContext Convert(in SerdeContext context)
    {
        var headers = new Confluent.Kafka.Headers();
        foreach (var header in context.Headers)
            headers.Add(header.Key, header.Value?.ToArray());
        return new SerializationContext(context.IsKey ? MessageComponentType.Key : MessageComponentType.Value, context.Topic, headers);
    }
}
