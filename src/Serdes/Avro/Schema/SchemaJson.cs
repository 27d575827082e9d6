using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>Writes schemas as JSON: each named type where it comes first, its name alone after that.</summary>
internal sealed class SchemaJson
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly Utf8JsonWriter _json;

    private SchemaJson(Utf8JsonWriter json) => _json = json;

    public static string Write(AvroSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new SchemaJson(json).Type(schema, null);
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

        Properties(schema.Properties);
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
        if (named.Doc is { } doc)
            _json.WriteString("doc", doc);
        if (named.Aliases.Count > 0)
            Texts("aliases", [.. named.Aliases.Select(alias => ShortAlias(alias, named.Namespace))]);
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
                value.WriteTo(_json);
            }

            if (field.Order != AvroOrder.Ascending)
                _json.WriteString("order", field.Order == AvroOrder.Ignore ? "ignore" : "descending");
            if (field.Aliases.Count > 0)
                Texts("aliases", field.Aliases);
            Properties(field.Properties);
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

    private void Properties(IReadOnlyDictionary<string, JsonElement> properties)
    {
        foreach (var (name, value) in properties)
        {
            _json.WritePropertyName(name);
            value.WriteTo(_json);
        }
    }
}
