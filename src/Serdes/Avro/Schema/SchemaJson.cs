using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Writes schemas as JSON, with the attributes in the order of Avro for Java: each named type where it comes first, its name
/// alone after that.
/// </summary>
internal sealed class SchemaJson
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly Utf8JsonWriter _json;
    private readonly bool _normalized;

    private SchemaJson(Utf8JsonWriter json, bool normalized)
    {
        _json = json;
        _normalized = normalized;
    }

    /// <summary>The JSON form.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="references">Schemas whose types stand by name only.</param>
    /// <param name="normalized">
    /// Whether differences that mean nothing vanish: the order of aliases and of attributes, empty documentation. What
    /// Confluent's registry calls normalizing.
    /// </param>
    public static string Write(AvroSchema schema, IReadOnlyList<AvroSchema> references, bool normalized = false)
    {
        var known = new SchemaNames();
        foreach (var reference in references)
            known.AddAll(reference);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var writer = new SchemaJson(json, normalized);
            writer._written.UnionWith(known.All);
            writer.Type(schema, null);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void Type(AvroSchema schema, string? space)
    {
        switch (schema)
        {
            case PrimitiveSchema when schema.Properties.Count == 0:
                _json.WriteStringValue(schema.Name);
                return;
            case NamedSchema named when !_written.Add(named.Name):
                _json.WriteStringValue(Reference(named, space));
                return;
            case UnionSchema union:
                Union(union, space);
                return;
        }

        _json.WriteStartObject();
        _json.WriteString("type", schema is RecordSchema { IsError: true } ? "error" : TypeNames.Of(schema.Type));
        if (schema is NamedSchema head)
            Head(head, space);
        switch (schema)
        {
            case RecordSchema record:
                Fields(record);
                break;
            case EnumSchema symbols:
                Texts("symbols", symbols.Symbols);
                if (symbols.Default is { } fallback)
                    _json.WriteString("default", fallback);
                break;
            case FixedSchema bytes:
                _json.WriteNumber("size", bytes.Size);
                break;
            case ArraySchema array:
                _json.WritePropertyName("items");
                Type(array.Items, space);
                break;
            case MapSchema map:
                _json.WritePropertyName("values");
                Type(map.Values, space);
                break;
        }

        Properties(schema.Properties, schema.LogicalType);
        if (schema is NamedSchema { Aliases.Count: > 0 } tail)
            Texts("aliases", Sorted([.. tail.Aliases.Select(alias => ShortAlias(alias, tail.Namespace))]));
        _json.WriteEndObject();
    }

    /// <summary>The name, in full where the simple one would mean something else.</summary>
    private static string Reference(NamedSchema named, string? space) =>
        named.Namespace == space && !TypeNames.IsTypeName(named.SimpleName) ? named.SimpleName : named.Name;

    private void Head(NamedSchema named, string? space)
    {
        _json.WriteString("name", named.SimpleName);
        if (named.Namespace != space)
            _json.WriteString("namespace", named.Namespace ?? "");
        if (named.Doc is { } doc && !(_normalized && doc.Length == 0))
            _json.WriteString("doc", doc);
    }

    /// <summary>An alias of the type's own namespace goes without it; one without any cannot, within a namespace.</summary>
    private static string ShortAlias(string alias, string? space) =>
        space is not null && alias.StartsWith(space + ".", StringComparison.Ordinal) && alias.LastIndexOf('.') == space.Length
            ? alias[(space.Length + 1)..]
            : alias;

    private void Fields(RecordSchema record)
    {
        _json.WriteStartArray("fields");
        foreach (var field in record.Fields)
        {
            _json.WriteStartObject();
            _json.WriteString("name", field.Name);
            _json.WritePropertyName("type");
            Type(field.Schema, record.Namespace);
            if (field.Doc is { } doc)
                _json.WriteString("doc", doc);
            if (field.Default is { } value)
            {
                _json.WritePropertyName("default");
                Value(value);
            }

            if (field.Order != AvroOrder.Ascending)
                _json.WriteString("order", field.Order == AvroOrder.Ignore ? "ignore" : "descending");
            if (field.Aliases.Count > 0)
                Texts("aliases", Sorted(field.Aliases));
            Properties(field.Properties, null);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void Union(UnionSchema union, string? space)
    {
        _json.WriteStartArray();
        foreach (var branch in union.Branches)
            Type(branch, space);
        _json.WriteEndArray();
    }

    private void Texts(string name, IReadOnlyList<string> texts)
    {
        _json.WriteStartArray(name);
        foreach (var text in texts)
            _json.WriteStringValue(text);
        _json.WriteEndArray();
    }

    private IReadOnlyList<string> Sorted(IReadOnlyList<string> texts) => _normalized ? [.. texts.Order(StringComparer.Ordinal)] : texts;

    private void Properties(IReadOnlyDictionary<string, JsonElement> properties, AvroLogicalType? logical)
    {
        foreach (var (name, value) in _normalized ? properties.OrderBy(p => Rank(p.Key, logical)).ThenBy(p => p.Key, StringComparer.Ordinal) : properties.AsEnumerable())
        {
            _json.WritePropertyName(name);
            Value(value);
        }
    }

    /// <summary>What makes a logical type stands in front.</summary>
    private static int Rank(string property, AvroLogicalType? logical) => (property, logical) switch
    {
        ("logicalType", not null) => 0,
        ("precision", { Kind: AvroLogicalKind.Decimal }) => 1,
        ("scale", { Kind: AvroLogicalKind.Decimal, Scale: not 0 }) => 2,
        _ => 3,
    };

    private void Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when _normalized:
                _json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    _json.WritePropertyName(member.Name);
                    Value(member.Value);
                }

                _json.WriteEndObject();
                break;
            case JsonValueKind.Array when _normalized:
                _json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Value(item);
                _json.WriteEndArray();
                break;
            default:
                value.WriteTo(_json);
                break;
        }
    }
}
