using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Reads schemas from JSON. A name is defined before it is used, in the order of the text; a record's own name is known within
/// it. Comments are skipped, of an attribute that stands twice the last counts.
/// </summary>
internal sealed class SchemaParser
{
    private const int MaxNesting = 500;

    private static readonly string[] TypeAttributes =
        ["type", "name", "namespace", "fields", "items", "values", "size", "symbols", "doc", "aliases"];

    private static readonly string[] EnumAttributes = [.. TypeAttributes, "default"];
    private static readonly string[] FieldAttributes = ["type", "name", "doc", "default", "order", "aliases"];

    private readonly AvroParseOptions _options;
    private readonly SchemaNames _names = new();
    private readonly List<string> _path = [];

    private SchemaParser(AvroParseOptions options)
    {
        _options = options;
        foreach (var reference in options.References)
            _names.AddAll(reference);
    }

    /// <inheritdoc cref="AvroSchema.Parse"/>
    public static AvroSchema Parse(string json, AvroParseOptions options)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, MaxDepth = MaxNesting });
        }
        catch (JsonException e)
        {
            throw new AvroSchemaException($"The schema is no JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.", e);
        }

        var parser = new SchemaParser(options);
        try
        {
            return parser.Type(root, null);
        }
        catch (InvalidOperationException e)
        {
            throw parser.Fault("a text holds half a surrogate pair", e);
        }
    }

    private AvroSchema Type(JsonElement json, string? space) => json.ValueKind switch
    {
        JsonValueKind.String => Named(json.GetString()!, space),
        JsonValueKind.Object => Defined(json, space),
        JsonValueKind.Array => Union(json, space),
        _ => throw Fault("a schema is a name, an object or an array"),
    };

    private AvroSchema Named(string name, string? space)
    {
        if (TypeNames.TryPrimitive(name, out var primitive))
            return new PrimitiveSchema(primitive);
        return _names.Find(name, space) ?? throw Fault($"there is no type {Quote(name)} before this place");
    }

    private AvroSchema Defined(JsonElement json, string? space)
    {
        var type = OptionalText(json, "type") ?? throw Fault("it has no type that is a name");
        AvroSchema schema = type switch
        {
            "record" or "error" => Record(json, space, type == "error"),
            "enum" => Enum(json, space),
            "fixed" => Fixed(json, space),
            "array" => new ArraySchema(Inner(json, "items", space)),
            "map" => new MapSchema(Inner(json, "values", space)),
            _ when TypeNames.TryPrimitive(type, out var primitive) => new PrimitiveSchema(primitive),
            _ => throw Fault($"{Quote(type)} is no type that can be defined"),
        };
        schema.Describe(SchemaProperties.Of(json, schema is EnumSchema ? EnumAttributes : TypeAttributes));
        return schema;
    }

    private AvroSchema Inner(JsonElement json, string attribute, string? space)
    {
        if (!json.TryGetProperty(attribute, out var inner))
            throw Fault($"it has no {attribute}");
        return At(attribute, () => Type(inner, space));
    }

    private UnionSchema Union(JsonElement json, string? space)
    {
        var branches = new List<AvroSchema>();
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in json.EnumerateArray())
        {
            branches.Add(At($"{branches.Count}", () =>
            {
                var branch = Type(item, space);
                if (branch.Type == AvroType.Union)
                    throw Fault("a union holds no union");
                return kinds.Add(branch.Name) ? branch : throw Fault($"a union holds {Quote(branch.Name)} once only");
            }));
        }

        return new UnionSchema(branches);
    }

    private RecordSchema Record(JsonElement json, string? space, bool isError)
    {
        var record = new RecordSchema(NameOf(json, space), OptionalText(json, "doc"), isError);
        Define(record, json);
        if (!json.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Array)
            throw Fault("a record has an array of fields");
        var found = new List<AvroField>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.EnumerateArray())
            found.Add(At("fields", () => At($"{found.Count}", () => Field(field, found.Count, names, record.Namespace))));
        record.Fields = found;
        if (_options.ValidateDefaults)
            CheckDefaults(record);
        return record;
    }

    private AvroField Field(JsonElement json, int position, HashSet<string> names, string? space)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Fault("a field is an object");
        var name = OptionalText(json, "name") ?? throw Fault("a field has a name");
        if (AvroName.FaultOf(name) is { } fault)
            throw Fault(fault);
        CheckLetters(name);
        if (!names.Add(name))
            throw Fault($"the record has two fields {Quote(name)}");
        return new AvroField(name, position, Inner(json, "type", space))
        {
            Doc = OptionalText(json, "doc"),
            Default = json.TryGetProperty("default", out var value) ? value : null,
            Order = Order(json),
            Aliases = Texts(json, "aliases", "an alias") ?? [],
            Properties = SchemaProperties.Of(json, FieldAttributes),
        };
    }

    private AvroOrder Order(JsonElement json)
    {
        if (!json.TryGetProperty("order", out var order))
            return AvroOrder.Ascending;
        return (order.ValueKind == JsonValueKind.String ? order.GetString()!.ToUpperInvariant() : "") switch
        {
            "ASCENDING" => AvroOrder.Ascending,
            "DESCENDING" => AvroOrder.Descending,
            "IGNORE" => AvroOrder.Ignore,
            _ => throw Fault("an order is ascending, descending or ignore"),
        };
    }

    /// <summary>Defaults are checked when the record is whole, since they may hold records of the same type.</summary>
    private void CheckDefaults(RecordSchema record)
    {
        foreach (var field in record.Fields)
        {
            if (field.Default is { } value && !DefaultValue.MayStand(field.Schema, value))
                throw At("fields", () => At($"{field.Position}", () => Fault($"the default of {Quote(field.Name)} is no value of its type")));
        }
    }

    private EnumSchema Enum(JsonElement json, string? space)
    {
        var name = NameOf(json, space);
        var symbols = Texts(json, "symbols", "a symbol") ?? throw Fault("an enum has an array of symbols");
        if (symbols.Select(AvroName.FaultOf).FirstOrDefault(fault => fault is not null) is { } fault)
            throw Fault($"a symbol follows the rule of names: {fault}");
        symbols.ForEach(CheckLetters);
        if (symbols.GroupBy(symbol => symbol, StringComparer.Ordinal).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw Fault($"the symbol {Quote(twice.Key)} stands twice");
        string? fallback = null;
        if (json.TryGetProperty("default", out var value))
            fallback = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault("the default of an enum is a text");
        if (fallback is not null && !symbols.Contains(fallback))
            throw Fault("the default of an enum is one of its symbols");
        var schema = new EnumSchema(name, OptionalText(json, "doc"), symbols, fallback);
        Define(schema, json);
        return schema;
    }

    private FixedSchema Fixed(JsonElement json, string? space)
    {
        if (!json.TryGetProperty("size", out var size) || size.ValueKind != JsonValueKind.Number || !size.TryGetInt32(out var bytes) || bytes < 0)
            throw Fault($"a fixed has a size from 0 to {int.MaxValue}");
        var schema = new FixedSchema(NameOf(json, space), OptionalText(json, "doc"), bytes);
        Define(schema, json);
        return schema;
    }

    private AvroName NameOf(JsonElement json, string? space)
    {
        var name = OptionalText(json, "name") ?? throw Fault("a named type has a name that is a text");
        if (!AvroName.TryParse(name, OptionalText(json, "namespace") ?? space, out var qualified, out var fault))
            throw Fault(fault);
        CheckLetters(qualified.Full);
        if (qualified.Space is null && TypeNames.TryPrimitive(qualified.Simple, out _))
            throw Fault($"{Quote(qualified.Simple)} is the name of a primitive type");
        return qualified;
    }

    private void CheckLetters(string name)
    {
        if (_options.StrictNames && AvroName.IsBeyondAscii(name))
            throw Fault("a name consists of ASCII letters, digits and underscores");
    }

    private void Define(NamedSchema schema, JsonElement json)
    {
        var aliases = new List<string>();
        foreach (var alias in Texts(json, "aliases", "an alias") ?? [])
        {
            if (!AvroName.TryParse(alias, schema.Namespace, out var qualified, out var fault))
                throw Fault($"an alias follows the rule of names: {fault}");
            aliases.Add(qualified.Full);
        }

        schema.Aliases = aliases;
        if (!_names.Add(schema))
            throw Fault($"{Quote(schema.Name)} is defined twice");
    }

    private List<string>? Texts(JsonElement json, string attribute, string what)
    {
        if (!json.TryGetProperty(attribute, out var array))
            return null;
        if (array.ValueKind != JsonValueKind.Array)
            throw Fault($"{attribute} is an array");
        return [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Fault($"{what} is a text"))];
    }

    private static string? OptionalText(JsonElement json, string attribute) =>
        json.TryGetProperty(attribute, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private T At<T>(string place, Func<T> read)
    {
        _path.Add(place);
        var result = read();
        _path.RemoveAt(_path.Count - 1);
        return result;
    }

    private static string Quote(string text) => $"\"{(text.Length <= 100 ? text : text[..100] + "…")}\"";

    private AvroSchemaException Fault(string fault, Exception? cause = null) =>
        new($"The schema is not valid at /{string.Join('/', _path)}: {fault}.", cause);
}
