using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>The JSON forms of the registry's interface.</summary>
internal static class RegistryJson
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>JSON that can be read to its end: no name comes twice in an object, and each text is one.</summary>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && !IsText(ref reader))
                throw new JsonException("Half of a surrogate pair is no text.", path: null, lineNumber: 0, reader.TokenStartIndex);
        }

        return JsonNode.Parse(utf8, documentOptions: Strict);
    }

    /// <summary>The body of a registration or a look-up.</summary>
    public static JsonObject Write(RegistrySchema schema)
    {
        var json = new JsonObject { ["schema"] = schema.Schema };
        if (schema.SchemaType != RegistrySchema.Avro)
            json["schemaType"] = schema.SchemaType;
        if (schema.References.Count > 0)
            json["references"] = Write(schema.References);
        return json;
    }

    public static JsonArray Write(IReadOnlyList<SchemaReference> references) =>
        [.. references.Select(one => new JsonObject { ["name"] = one.Name, ["subject"] = one.Subject, ["version"] = one.Version })];

    /// <summary>A schema from an answer or a body.</summary>
    /// <exception cref="SchemaRegistryException">Something is missing, or of another type.</exception>
    public static RegistrySchema Schema(JsonNode? json) => new(
        Text(json, "schema"), References(json), Optional<string>(json, "schemaType") ?? RegistrySchema.Avro);

    /// <summary>A version of a subject from an answer.</summary>
    /// <exception cref="SchemaRegistryException">Something is missing, or of another type.</exception>
    public static RegisteredSchema Registered(JsonNode? json) =>
        new(Text(json, "subject"), Number(json, "version"), Number(json, "id"), Schema(json));

    /// <summary>A text that must be there.</summary>
    /// <exception cref="SchemaRegistryException">It is not.</exception>
    public static string Text(JsonNode? json, string member) => Optional<string>(json, member) ?? throw Malformed(member);

    /// <summary>A number that must be there.</summary>
    /// <exception cref="SchemaRegistryException">It is not.</exception>
    public static int Number(JsonNode? json, string member) => TryGet(json, member, out int number) ? number : throw Malformed(member);

    /// <summary>A member of that type, or the type's default.</summary>
    public static T? Optional<T>(JsonNode? json, string member) => TryGet(json, member, out T? value) ? value : default;

    /// <summary>The items of an array of one type.</summary>
    /// <exception cref="SchemaRegistryException">It is no such array.</exception>
    public static IReadOnlyList<T> Items<T>(JsonNode? json) =>
        json is JsonArray array && array.All(item => item is JsonValue value && value.TryGetValue<T>(out _))
            ? [.. array.Select(item => item!.GetValue<T>())]
            : throw Malformed("a list");

    private static IReadOnlyList<SchemaReference> References(JsonNode? json) => (json as JsonObject)?["references"] switch
    {
        null => [],
        JsonArray array => [.. array.Select(one => new SchemaReference(Text(one, "name"), Text(one, "subject"), Number(one, "version")))],
        _ => throw Malformed("references"),
    };

    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool TryGet<T>(JsonNode? json, string member, out T? found)
    {
        found = default;
        return json is JsonObject members && members[member] is JsonValue value && value.TryGetValue(out found);
    }

    private static SchemaRegistryException Malformed(string what) =>
        new($"Of what the other side sent, {what} is missing or has another form.") { Status = HttpStatusCode.BadGateway };
}
