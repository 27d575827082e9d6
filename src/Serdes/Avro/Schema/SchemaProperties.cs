using System.Collections.Frozen;
using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>Attributes of schemas and fields that the specification does not define.</summary>
internal static class SchemaProperties
{
    public static IReadOnlyDictionary<string, JsonElement> None { get; } = FrozenDictionary<string, JsonElement>.Empty;

    /// <summary>The attributes of an object except the reserved ones, in their order.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Of(JsonElement json, string[] reserved)
    {
        OrderedDictionary<string, JsonElement>? found = null;
        foreach (var property in json.EnumerateObject())
        {
            if (Array.IndexOf(reserved, property.Name) < 0)
                (found ??= new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal))[property.Name] = property.Value;
        }

        return found ?? None;
    }
}
