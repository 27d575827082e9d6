using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace MedStreams.Cli.Records;

/// <summary>
/// A record as one JSON object, the form that <c>consume --json</c> writes and <c>produce --ndjson</c> reads: <c>topic</c>,
/// <c>partition</c>, <c>offset</c>, <c>timestamp</c> (epoch milliseconds), <c>key</c>, <c>value</c>, <c>headers</c> (an array of
/// <c>{"key":..,"value":..}</c>). Bytes that are no UTF-8 stand under <c>keyBase64</c> and <c>valueBase64</c>.
/// </summary>
internal static class RecordJson
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a record that was read from a topic.</summary>
    public static void Write(Utf8JsonWriter json, ConsumeResult<byte[]?, byte[]?> record)
    {
        json.WriteStartObject();
        json.WriteString("topic", record.Topic);
        json.WriteNumber("partition", record.Partition.Value);
        json.WriteNumber("offset", record.Offset.Value);
        json.WriteNumber("timestamp", record.Message.Timestamp.UnixTimestampMs);
        WriteBytes(json, "key", record.Message.Key);
        WriteBytes(json, "value", record.Message.Value);
        json.WriteStartArray("headers");
        foreach (var header in record.Message.Headers ?? [])
        {
            json.WriteStartObject();
            json.WriteString("key", header.Key);
            WriteBytes(json, "value", header.GetValueBytes());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>
    /// Reads a record to write; <c>topic</c>, <c>partition</c> and <c>offset</c> are left aside, so that what was consumed can be
    /// produced elsewhere. Headers may also be an object; a timestamp may also be an ISO 8601 text.
    /// </summary>
    /// <exception cref="FormatException">The line is no such object; the text names the property, never the content.</exception>
    public static Message<byte[]?, byte[]?> Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new FormatException("not a JSON object");
            var message = new Message<byte[]?, byte[]?>
            {
                Key = ReadBytes(root, "key"),
                Value = ReadBytes(root, "value"),
                Headers = ReadHeaders(root),
            };
            if (root.TryGetProperty("timestamp", out var timestamp) && timestamp.ValueKind != JsonValueKind.Null)
                message.Timestamp = ReadTimestamp(timestamp);
            return message;
        }
        catch (JsonException e)
        {
            throw new FormatException("not valid JSON", e);
        }
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, byte[]? bytes)
    {
        if (bytes is null)
        {
            json.WriteNull(name);
            return;
        }

        try
        {
            json.WriteString(name, StrictUtf8.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            json.WriteBase64String(name + "Base64", bytes);
        }
    }

    private static byte[]? ReadBytes(JsonElement parent, string name)
    {
        if (parent.TryGetProperty(name + "Base64", out var encoded))
            return encoded.ValueKind == JsonValueKind.String && encoded.TryGetBytesFromBase64(out var bytes)
                ? bytes
                : throw new FormatException($"{name}Base64 is not Base64");
        if (!parent.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => Encoding.UTF8.GetBytes(value.GetString()!),
            _ => Encoding.UTF8.GetBytes(value.GetRawText()),
        };
    }

    private static Headers ReadHeaders(JsonElement root)
    {
        var headers = new Headers();
        if (!root.TryGetProperty("headers", out var given) || given.ValueKind == JsonValueKind.Null)
            return headers;
        if (given.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in given.EnumerateObject())
                headers.Add(property.Name, ReadBytes(given, property.Name));
            return headers;
        }

        if (given.ValueKind != JsonValueKind.Array)
            throw new FormatException("headers is neither an array nor an object");
        foreach (var header in given.EnumerateArray())
        {
            if (header.ValueKind != JsonValueKind.Object
                || !header.TryGetProperty("key", out var key) || key.ValueKind != JsonValueKind.String)
                throw new FormatException("an entry of headers has no key");
            headers.Add(key.GetString(), ReadBytes(header, "value"));
        }

        return headers;
    }

    private static Timestamp ReadTimestamp(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var milliseconds) && milliseconds >= 0)
            return new Timestamp(milliseconds, TimestampType.CreateTime);
        if (value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return new Timestamp(time);
        throw new FormatException("timestamp is neither epoch milliseconds nor an ISO 8601 time");
    }
}
