using System.Collections;
using System.Reflection;
using System.Text.Json;
using MedStreams.Broker.Protocol;

namespace MedStreams.Golden.Tests.Protocol;

/// <summary>
/// Messages as JSON in the form of the recordings: the fields under Kafka's names, bytes and records in base64, UUIDs
/// in base64 for URLs. Works by reflection over the public properties.
/// </summary>
internal static class MessageJson
{
    /// <summary>Makes a message of the JSON; what the JSON lacks keeps its default.</summary>
    public static object Read(JsonElement json, Type type)
    {
        var message = Activator.CreateInstance(type)!;
        foreach (var member in json.EnumerateObject())
        {
            var property = Property(type, member.Name)
                ?? throw new InvalidOperationException($"{type.Name} has no property for {member.Name}");
            property.SetValue(message, ReadValue(member.Value, property.PropertyType));
        }

        return message;
    }

    /// <summary>The path of the first field that differs from the JSON, or null.</summary>
    public static string? Difference(JsonElement json, object message, string path = "")
    {
        foreach (var member in json.EnumerateObject())
        {
            var at = $"{path}/{member.Name}";
            if (Property(message.GetType(), member.Name) is not { } property)
                return $"{at} is no property";
            if (ValueDifference(member.Value, property.GetValue(message), at) is { } difference)
                return difference;
        }

        return null;
    }

    private static PropertyInfo? Property(Type type, string name) =>
        type.GetProperty(char.ToUpperInvariant(name[0]) + name[1..], BindingFlags.Instance | BindingFlags.Public);

    private static object? ReadValue(JsonElement json, Type type)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return type == typeof(RecordData) ? default(RecordData) : null;
        if (type == typeof(string))
            return json.GetString();
        if (type == typeof(byte[]))
            return json.GetBytesFromBase64();
        if (type == typeof(RecordData))
            return new RecordData(json.GetBytesFromBase64());
        if (type == typeof(Guid))
            return ReadGuid(json);
        if (type == typeof(bool))
            return json.GetBoolean();
        if (type.IsEnum)
            return Enum.ToObject(type, json.GetInt64());
        if (type.IsPrimitive)
            return Convert.ChangeType(json.GetInt64(), type, null);
        if (!type.IsGenericType)
            return Read(json, type);

        var list = (IList)Activator.CreateInstance(type)!;
        foreach (var element in json.EnumerateArray())
            list.Add(ReadValue(element, type.GenericTypeArguments[0]));
        return list;
    }

    private static string? ValueDifference(JsonElement json, object? value, string path)
    {
        switch (value)
        {
            case IList list and not byte[]:
                if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != list.Count)
                    return $"{path} has {list.Count} elements";
                for (var i = 0; i < list.Count; i++)
                {
                    if (ValueDifference(json[i], list[i], $"{path}[{i}]") is { } difference)
                        return difference;
                }

                return null;
            case IWireStruct structure:
                return Difference(json, structure, path);
            case null:
                return json.ValueKind == JsonValueKind.Null ? null : $"{path} is null";
        }

        return Same(json, value) ? null : $"{path} is {value} instead of {json.GetRawText()}";
    }

    private static bool Same(JsonElement json, object value) => value switch
    {
        RecordData { IsNull: true } => json.ValueKind == JsonValueKind.Null,
        _ when json.ValueKind == JsonValueKind.Null => false,
        RecordData records => json.GetBytesFromBase64().AsSpan().SequenceEqual(records.ToMemory().Span),
        byte[] bytes => json.GetBytesFromBase64().AsSpan().SequenceEqual(bytes),
        string text => json.GetString() == text,
        Guid uuid => ReadGuid(json) == uuid,
        bool flag => json.GetBoolean() == flag,
        _ => json.GetInt64() == Convert.ToInt64(value, null),
    };

    private static Guid ReadGuid(JsonElement json)
    {
        var text = json.GetString()!.Replace('-', '+').Replace('_', '/');
        return new Guid(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')), bigEndian: true);
    }
}
