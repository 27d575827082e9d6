using System.Buffers;
using Confluent.Kafka;

namespace MedStreams.Streams;

/// <summary>
/// Serdes of Confluent.Kafka's serializers and deserializers, such as those of Confluent's own schema registry packages. They see the
/// topic, whether it is a key, and a copy of the headers: headers that a serializer adds are not written. Where one finds that a service cannot be reached
/// (<see cref="HttpRequestException"/> without an answer, <see cref="TimeoutException"/>), the engine waits and tries again, as for a
/// <see cref="RetriableException"/>.
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

    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        byte[]? bytes;
        try
        {
            bytes = write(value, Convert(context));
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            throw new RetriableException($"What the serializer of {typeof(T).Name} needs does not answer.", e);
        }

        destination.Write(
            bytes ?? throw new SerializationException($"The serializer of {typeof(T).Name} gave null for a value that is not null."));
    }

    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        try
        {
            return read(data, Convert(context));
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            throw new RetriableException($"What the deserializer of {typeof(T).Name} needs does not answer.", e);
        }
    }

    // An HttpRequestException of its own kind, such as that of Confluent's registry client, tells of an answer.
    private static bool IsUnreachable(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is TimeoutException or TaskCanceledException { InnerException: TimeoutException }
                || (e.GetType() == typeof(HttpRequestException) && ((HttpRequestException)e).StatusCode is null))
            {
                return true;
            }
        }

        return false;
    }

    private static SerializationContext Convert(in SerdeContext context)
    {
        var headers = new Confluent.Kafka.Headers();
        foreach (var header in context.Headers)
            headers.Add(header.Key, header.Value?.ToArray());
        return new SerializationContext(context.IsKey ? MessageComponentType.Key : MessageComponentType.Value, context.Topic, headers);
    }
}
