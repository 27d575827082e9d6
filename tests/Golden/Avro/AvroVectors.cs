using System.Text.Json;
using MedStreams.Serialization.Avro;

namespace MedStreams.Golden.Tests.Avro;

/// <summary>The recorded answers of Avro for Java.</summary>
internal static class AvroVectors
{
    /// <summary>The cases of all files of one kind, each with a name to find it by.</summary>
    public static IEnumerable<(string Name, JsonElement Case)> Seeded(string kind, string list) =>
        GoldenFolder.Files(Path.Combine("avro", kind), "*.json").SelectMany(file => Cases($"{kind}/{Path.GetFileName(file)}", file, list));

    /// <summary>The chosen cases of one kind.</summary>
    public static IEnumerable<(string Name, JsonElement Case)> Chosen(string kind) =>
        GoldenFolder.Files(Path.Combine("avro", "cases"), kind + ".json").SelectMany(file => Cases(kind, file, "cases"));

    public static bool IsDebatable(this JsonElement json, string code) =>
        json.TryGetProperty("debatable", out var codes) && codes.EnumerateArray().Any(c => c.GetString() == code);

    public static bool IsError(this JsonElement json) => json.TryGetProperty("error", out _);

    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString()!;

    public static AvroSchema Schema(this JsonElement json, string member) => AvroSchema.Parse(json.GetProperty(member).GetRawText());

    public static byte[] Hex(this JsonElement json, string member) => Convert.FromHexString(json.Text(member));

    /// <summary>What differs between a value and the recorded one of a case, or null.</summary>
    public static string? Difference(JsonElement item, object? actual, AvroSchema schema)
    {
        var expected = AvroJson.Read(item.GetProperty("json"), schema);
        if (item.IsDebatable("invalid-utf8"))
            (expected, actual) = (OneForEach(expected, schema), OneForEach(actual, schema));
        return GenericEquality.Values(expected, actual)
            ? null
            : $"expected {item.GetProperty("json").GetRawText()}, was {AvroJson.Write(actual, schema)}";
    }

    /// <summary>For how many bytes one U+FFFD stands differs between Java and .NET (which follows the WHATWG's standard).</summary>
    private static object? OneForEach(object? value, AvroSchema schema)
    {
        var text = AvroJson.Write(value, schema);
        while (text.Contains("\uFFFD\uFFFD", StringComparison.Ordinal))
            text = text.Replace("\uFFFD\uFFFD", "\uFFFD", StringComparison.Ordinal);
        return AvroJson.Read(text, schema);
    }

    private static IEnumerable<(string Name, JsonElement Case)> Cases(string name, string file, string list)
    {
        var document = JsonElement.Parse(File.ReadAllBytes(file));
        return document.GetProperty(list).EnumerateArray().Select((item, index) => ($"{name}#{index}", item));
    }
}
