using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Avro's JSON encoding of generic values: bytes and fixed as texts of U+0000 to U+00FF, a union's value as an object with
/// one member that names the branch, null bare. NaN and the infinities, for which JSON has no number, are the texts
/// <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.
/// </summary>
public static class AvroJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A generic value as JSON on one line.</summary>
    /// <exception cref="SerializationException">It is no value of the schema.</exception>
    public static string Write(object? value, AvroSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            AvroJsonWriter.Write(json, schema, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A generic value from its JSON form.</summary>
    /// <exception cref="SerializationException">It is no value of the schema; the text names the place.</exception>
    public static object? Read(string json, AvroSchema schema)
    {
        string fault;
        try
        {
            return Read(JsonElement.Parse(json), schema);
        }
        catch (JsonException e)
        {
            fault = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
        }

        // Thrown here, without the cause: its text may quote the data.
        throw new SerializationException($"The text is no JSON: {fault}.");
    }

    /// <summary>A generic value from its JSON form.</summary>
    /// <exception cref="SerializationException">It is no value of the schema; the text names the place.</exception>
    public static object? Read(JsonElement json, AvroSchema schema) => new AvroJsonReader(asDefault: false).Read(schema, json, schema.Name);

    /// <summary>The value of a default that fits its type: a union's value stands bare, and fields may be missing that have defaults.</summary>
    internal static object? Default(AvroSchema schema, JsonElement json) => new AvroJsonReader(asDefault: true).Read(schema, json, schema.Name);
}
