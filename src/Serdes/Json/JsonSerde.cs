using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedStreams.Streams;

namespace MedStreams.Serialization;

/// <summary>
/// Values as JSON (UTF-8), by System.Text.Json's generated code: give the type information of a
/// <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>, whose options hold. Safe for use by several threads.
/// </summary>
/// <remarks>
/// A tombstone has no bytes and never comes here. JSON's <c>null</c> is no value: it is refused, since it would be one more way to say
/// "deleted" that compaction does not see. Refused are also other bytes before or after the value, text that is no UTF-8, comments and trailing commas
/// unless the options allow them. Of several properties of one name the last one counts, unless the options refuse them
/// (<see cref="JsonSerializerOptions.AllowDuplicateProperties"/>). Properties that the type does not have are passed over, unless it says
/// otherwise (<c>[JsonUnmappedMemberHandling]</c>).
/// </remarks>
public sealed class JsonSerde<T>(JsonTypeInfo<T> type) : ISerde<T>
{
    // What a writer at rest points to, so that it keeps nobody's buffer; nothing is written to it.
    private static readonly ArrayBufferWriter<byte> Nowhere = new();

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private readonly JsonWriterOptions _options = new()
    {
        Encoder = type.Options.Encoder,
        Indented = type.Options.WriteIndented,
        IndentCharacter = type.Options.IndentCharacter,
        IndentSize = type.Options.IndentSize,
        NewLine = type.Options.NewLine,
        MaxDepth = type.Options.MaxDepth,
    };

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The value has no JSON, such as one that holds itself or a number that is none.</exception>
    public void Serialize(T value, IBufferWriter<byte> destination, in SerdeContext context)
    {
        var writer = _writer;
        _writer = null;
        if (writer is null || !Fits(writer.Options))
            writer = new Utf8JsonWriter(destination, _options);
        else
            writer.Reset(destination);
        string? fault = null;
        try
        {
            JsonSerializer.Serialize(writer, value, type);
            writer.Flush();
        }
        catch (Exception e) when (IsOfTheData(e))
        {
            fault = e.GetType().Name;
        }

        writer.Reset(Nowhere);
        _writer = writer;
        if (fault is not null)
            throw new SerializationException($"A {typeof(T).Name} cannot be written as JSON: {fault}.");
    }

    /// <inheritdoc/>
    public T Deserialize(ReadOnlySpan<byte> data, in SerdeContext context)
    {
        string fault;
        try
        {
            if (JsonSerializer.Deserialize(data, type) is { } value)
                return value;
            fault = "it is JSON's null, where no value has no bytes";
        }
        catch (JsonException e)
        {
            fault = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
        }
        catch (Exception e) when (IsOfTheData(e))
        {
            fault = $"the type refuses it with {e.GetType().Name}";
        }

        // Thrown here, without the cause: the text of those exceptions may quote the data.
        throw new SerializationException($"The bytes are no JSON of a {typeof(T).Name}: {fault}.");
    }

    // What converters, constructors and setters throw at values that they do not take.
    private static bool IsOfTheData(Exception e) =>
        e is JsonException or ArgumentException or FormatException or InvalidOperationException or OverflowException or InvalidCastException
            or NotSupportedException or KeyNotFoundException;

    private bool Fits(JsonWriterOptions options) =>
        options.Encoder == _options.Encoder
        && options.Indented == _options.Indented
        && options.IndentCharacter == _options.IndentCharacter
        && options.IndentSize == _options.IndentSize
        && options.NewLine == _options.NewLine
        && options.MaxDepth == _options.MaxDepth;
}
