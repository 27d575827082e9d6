using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Avro;

namespace MedStreams.Serialization.Tests.Avro;

/// <summary>
/// Changes a schema at random in ways that the specification allows, and knows for each change what becomes of a value: a slow and
/// plain model of schema resolution, on Avro's JSON form.
/// </summary>
internal sealed class Evolution(Random random)
{
    private readonly Dictionary<string, (string Name, Func<JsonNode?, JsonNode?>? Convert)> _named = [];

    /// <summary>The new schema, and what a value of the old one is read as.</summary>
    public (JsonNode Schema, Func<JsonNode?, JsonNode?> Convert) Of(AvroSchema schema)
    {
        switch (schema)
        {
            case NamedSchema named when _named.TryGetValue(named.Name, out var known):
                return (known.Name, value => _named[named.Name].Convert!(value));
            case RecordSchema record:
                return Record(record);
            case EnumSchema symbols:
                return Enum(symbols);
            case FixedSchema bytes:
                var (head, _) = Named(bytes, "fixed");
                head["size"] = bytes.Size;
                _named[bytes.Name] = (bytes.Name, value => value?.DeepClone());
                return (head, value => value?.DeepClone());
            case ArraySchema array:
                var (items, convertItem) = Of(array.Items);
                return (new JsonObject { ["type"] = "array", ["items"] = items }, value => new JsonArray([.. value!.AsArray().Select(convertItem)]));
            case MapSchema map:
                var (values, convertValue) = Of(map.Values);
                return (new JsonObject { ["type"] = "map", ["values"] = values },
                    value => new JsonObject(value!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, convertValue(entry.Value)))));
            case UnionSchema union:
                return Union(union);
            default:
                return Primitive(schema);
        }
    }

    private static (JsonObject Head, string Name) Named(NamedSchema schema, string kind) =>
        (new JsonObject { ["type"] = kind, ["name"] = schema.SimpleName, ["namespace"] = schema.Namespace ?? "" }, schema.Name);

    /// <summary>A primitive is promoted, or may be null from now on.</summary>
    private (JsonNode Schema, Func<JsonNode?, JsonNode?> Convert) Primitive(AvroSchema schema)
    {
        var name = TypeNames.Of(schema.Type);
        return (schema.Type, random.Next(6)) switch
        {
            (AvroType.Int, 0) => ("long", Same),
            (AvroType.Int or AvroType.Long, 1) => ("float", value => Number((float)value!.GetValue<long>())),
            (AvroType.Int or AvroType.Long, 2) => ("double", value => Number((double)value!.GetValue<long>())),
            (AvroType.Float, 0) => ("double", value => value is JsonValue text && text.TryGetValue<string>(out _) ? text.DeepClone() : Number((double)value!.GetValue<float>())),
            (AvroType.String, 0) => ("bytes", value => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value!.GetValue<string>()))),
            (not AvroType.Null, 5) => (new JsonArray("null", name), value => new JsonObject { [name] = value?.DeepClone() }),
            _ => (name, Same),
        };
    }

    private static JsonNode? Same(JsonNode? value) => value?.DeepClone();

    private static JsonValue Number(double value) => JsonValue.Create(value);

    private static JsonValue Number(float value) => JsonValue.Create(value);

    private (JsonNode Schema, Func<JsonNode?, JsonNode?> Convert) Enum(EnumSchema schema)
    {
        var (head, name) = Named(schema, "enum");
        string[] kept = [.. schema.Symbols.Where(symbol => symbol == schema.Symbols[0] || random.Next(4) != 0)];
        string[] symbols = [.. kept.OrderBy(_ => random.Next()), "ADDED"];
        head["symbols"] = new JsonArray([.. symbols.Select(symbol => (JsonNode)symbol)]);
        head["default"] = "ADDED";
        JsonNode? Convert(JsonNode? value) => kept.Contains(value!.GetValue<string>()) ? value.DeepClone() : "ADDED";
        _named[name] = (name, Convert);
        return (head, Convert);
    }

    private (JsonNode Schema, Func<JsonNode?, JsonNode?> Convert) Record(RecordSchema schema)
    {
        var (head, name) = Named(schema, "record");
        if (random.Next(5) == 0)
        {
            head["name"] = schema.SimpleName + "New";
            head["aliases"] = new JsonArray(name);
            name += "New";
        }

        var converts = new List<(string Field, string? Source, Func<JsonNode?, JsonNode?> Convert)>();
        _named[schema.Name] = (name, value => new JsonObject(converts.Select(field =>
            KeyValuePair.Create(field.Field, field.Convert(field.Source is null ? null : value![field.Source])))));
        var fields = new List<JsonObject>();
        foreach (var field in schema.Fields)
        {
            if (random.Next(6) == 0)
                continue;
            var (type, convert) = Of(field.Schema);
            var made = new JsonObject { ["name"] = field.Name, ["type"] = type };
            if (random.Next(6) == 0)
            {
                made["name"] = field.Name + "_new";
                made["aliases"] = new JsonArray(field.Name);
            }

            fields.Add(made);
            converts.Add((made["name"]!.GetValue<string>(), field.Name, convert));
        }

        if (random.Next(3) == 0)
        {
            fields.Add(new JsonObject { ["name"] = "added", ["type"] = new JsonArray("string", "null"), ["default"] = "new" });
            converts.Add(("added", null, _ => new JsonObject { ["string"] = "new" }));
        }

        // A type is defined where it comes first, so fields keep their order, unless none defines any.
        if (fields.All(field => field["type"] is JsonValue))
            fields = [.. fields.OrderBy(_ => random.Next())];
        head["fields"] = new JsonArray([.. fields]);
        return (head, value => _named[schema.Name].Convert!(value));
    }

    /// <summary>A union gets a branch that nothing is read as; its own stay as they are, since a promotion could meet another branch.</summary>
    private (JsonNode Schema, Func<JsonNode?, JsonNode?> Convert) Union(UnionSchema schema)
    {
        var branches = new JsonArray();
        var converts = new Dictionary<string, (string Name, Func<JsonNode?, JsonNode?> Convert)>(StringComparer.Ordinal);
        foreach (var branch in schema.Branches)
        {
            var (type, convert) = branch is PrimitiveSchema ? (TypeNames.Of(branch.Type), Same) : Of(branch);
            branches.Add(type);
            converts[branch.Name] = (branch is NamedSchema ? _named[branch.Name].Name : branch.Name, convert);
        }

        if (!converts.ContainsKey("map"))
            branches.Add(new JsonObject { ["type"] = "map", ["values"] = "null" });
        return (branches, value =>
        {
            if (value is null)
                return null;
            var (name, inner) = value.AsObject().Single();
            return new JsonObject { [converts[name].Name] = converts[name].Convert(inner) };
        }
        );
    }
}
