using System.Globalization;
using System.Text;
using System.Text.Json;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Reads generic values from Avro's JSON encoding, or from the form that defaults have.</summary>
internal sealed class AvroJsonReader(bool asDefault)
{
    public object? Read(AvroSchema schema, JsonElement json, string place) => schema switch
    {
        RecordSchema record => Record(record, json, place),
        EnumSchema symbols => json.ValueKind == JsonValueKind.String && symbols.IndexOf(json.GetString()!) >= 0
            ? new GenericEnum(symbols, json.GetString()!)
            : throw Unfit(schema, place),
        FixedSchema bytes => Bytes(schema, json, place) is var value && value.Length == bytes.Size
            ? new GenericFixed(bytes, value)
            : throw Unfit(schema, place),
        ArraySchema array => json.ValueKind == JsonValueKind.Array
            ? json.EnumerateArray().Select(item => Read(array.Items, item, place)).ToList()
            : throw Unfit(schema, place),
        MapSchema map => Map(map, json, place),
        UnionSchema union => Union(union, json, place),
        _ => Primitive(schema, json, place),
    };

    private static SerializationException Unfit(AvroSchema schema, string place) =>
        new($"The JSON at {place} is no value of {schema.Name}.");

    private static object? Primitive(AvroSchema schema, JsonElement json, string place) => (schema.Type, json.ValueKind) switch
    {
        (AvroType.Null, JsonValueKind.Null) => null,
        (AvroType.Boolean, JsonValueKind.True) => true,
        (AvroType.Boolean, JsonValueKind.False) => false,
        (AvroType.Int, JsonValueKind.Number) when json.TryGetInt32(out var number) => number,
        (AvroType.Long, JsonValueKind.Number) when json.TryGetInt64(out var number) => number,
        (AvroType.Float, JsonValueKind.Number) => json.GetSingle(),
        (AvroType.Double, JsonValueKind.Number) => json.GetDouble(),
        (AvroType.Float, JsonValueKind.String) when IsNoNumber(json) => (object)float.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        (AvroType.Double, JsonValueKind.String) when IsNoNumber(json) => double.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        (AvroType.Bytes, JsonValueKind.String) => Bytes(schema, json, place),
        (AvroType.String, JsonValueKind.String) => json.GetString(),
        _ => throw Unfit(schema, place),
    };

    private static bool IsNoNumber(JsonElement json) => json.GetString() is "NaN" or "Infinity" or "-Infinity";

    private static byte[] Bytes(AvroSchema schema, JsonElement json, string place) =>
        json.ValueKind == JsonValueKind.String && json.GetString() is { } text && text.All(c => c <= 0xFF)
            ? Encoding.Latin1.GetBytes(text)
            : throw Unfit(schema, place);

    private Dictionary<string, object?> Map(MapSchema schema, JsonElement json, string place)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Unfit(schema, place);
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var entry in json.EnumerateObject())
            map[entry.Name] = Read(schema.Values, entry.Value, place);
        return map;
    }

    private GenericRecord Record(RecordSchema schema, JsonElement json, string place)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Unfit(schema, place);
        var record = new GenericRecord(schema);
        foreach (var field in schema.Fields)
        {
            var at = $"{schema.Name}.{field.Name}";
            if (json.TryGetProperty(field.Name, out var value))
                record[field.Position] = Read(field.Schema, value, at);
            else if (asDefault && field.Default is { } fallback)
                record[field.Position] = Read(field.Schema, fallback, at);
            else
                throw new SerializationException($"The JSON at {place} has no member for {at}.");
        }

        return record;
    }

    private object? Union(UnionSchema schema, JsonElement json, string place)
    {
        if (asDefault)
            return DefaultValue.Branch(schema, json) is >= 0 and var fit ? Read(schema.Branches[fit], json, place) : throw Unfit(schema, place);
        if (json.ValueKind == JsonValueKind.Null && schema.NullIndex >= 0)
            return null;
        if (json.ValueKind == JsonValueKind.Object && json.EnumerateObject().ToArray() is [var only])
        {
            var branch = schema.Branches.FirstOrDefault(branch => branch.Name == only.Name);
            if (branch is not null and not { Type: AvroType.Null })
                return Read(branch, only.Value, place);
        }

        throw Unfit(schema, place);
    }
}
