using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Whether JSON is a default of a type: JSON in which a union's value stands bare and belongs to the first branch that it
/// fits. "NaN" and the infinities may stand as texts.
/// </summary>
internal sealed class DefaultValue
{
    /// <summary>How deep a default may nest: a record whose default holds the record itself has none.</summary>
    private const int MaxDepth = 100;

    /// <summary>How many steps one answer may take: unions in unions of records can ask for more than anyone can wait.</summary>
    private const int MaxSteps = 100_000;

    private readonly bool _anyText;
    private int _depth;
    private int _steps;

    private DefaultValue(bool anyText) => _anyText = anyText;

    /// <summary>Whether a JSON value is a value of the type.</summary>
    public static bool Fits(AvroSchema schema, JsonElement value) => new DefaultValue(anyText: false).Is(schema, value);

    /// <summary>
    /// Whether a schema may say so: any text passes for bytes, a fixed and an enum, as in Avro for Java. Where it is none of their
    /// values, reading fails when the default is needed.
    /// </summary>
    public static bool MayStand(AvroSchema schema, JsonElement value) => new DefaultValue(anyText: true).Is(schema, value);

    /// <summary>The first branch that a JSON value fits, or -1.</summary>
    public static int Branch(UnionSchema union, JsonElement value)
    {
        for (var i = 0; i < union.Branches.Count; i++)
        {
            if (Fits(union.Branches[i], value))
                return i;
        }

        return -1;
    }

    private bool Is(AvroSchema schema, JsonElement value)
    {
        if (_depth >= MaxDepth || ++_steps > MaxSteps)
            return false;
        _depth++;
        var fits = schema switch
        {
            RecordSchema record => value.ValueKind == JsonValueKind.Object && record.Fields.All(field =>
                (value.TryGetProperty(field.Name, out var member) ? member : field.Default) is { } given && Is(field.Schema, given)),
            EnumSchema symbols => value.ValueKind == JsonValueKind.String && (_anyText || symbols.IndexOf(value.GetString()!) >= 0),
            FixedSchema bytes => value.ValueKind == JsonValueKind.String && IsBytes(value.GetString()!, bytes.Size),
            ArraySchema array => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => Is(array.Items, item)),
            MapSchema map => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => Is(map.Values, member.Value)),
            UnionSchema union => union.Branches.Any(branch => Is(branch, value)),
            _ => IsPrimitive(schema.Type, value),
        };
        _depth--;
        return fits;
    }

    private bool IsPrimitive(AvroType type, JsonElement value) => type switch
    {
        AvroType.Null => value.ValueKind == JsonValueKind.Null,
        AvroType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        AvroType.Int => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        AvroType.Long => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        AvroType.Float or AvroType.Double => value.ValueKind == JsonValueKind.Number
            || (value.ValueKind == JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity"),
        AvroType.Bytes => value.ValueKind == JsonValueKind.String && IsBytes(value.GetString()!, null),
        _ => value.ValueKind == JsonValueKind.String,
    };

    private bool IsBytes(string text, int? size) => _anyText || ((size is null || text.Length == size) && text.All(c => c <= 0xFF));
}
