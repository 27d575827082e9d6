using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedStreams.Streams;

namespace MedStreams.Serialization;

/// <summary>
/// Values as JSON (UTF-8), by System.Text.Json's generated code: give the type information of a
/// <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>. Safe for use by several threads.
/// </summary>
public sealed class JsonSerde<T>(JsonTypeInfo<T> type) : ISerde<T>
{
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <inheritdoc/>
    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var writer = _writer;
        _writer = null;
        if (writer is null || writer.Options.Encoder != type.Options.Encoder)
            writer = new Utf8JsonWriter(destination, new JsonWriterOptions { Encoder = type.Options.Encoder });
        else
            writer.Reset(destination);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        writer.Reset(Stream.Null);
        _writer = writer;
    }

    /// <inheritdoc/>
    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        string fault;
        try
        {
            if (JsonSerializer.Deserialize(data, type) is { } value)
                return value;
            fault = "it is JSON's null";
        }
        catch (JsonException error)
        {
            fault = $"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}";
        }

        // Thrown here, without the cause: the text of System.Text.Json's exception may quote the data.
        throw new SerializationException($"The bytes are no JSON of a {typeof(T).Name}: {fault}.");
    }
}
