using System.Text;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// The Parsing Canonical Form of the specification: full names, only the attributes that reading needs, in a fixed order, no
/// blanks. Names need no escapes, whatever letters they hold.
/// </summary>
internal sealed class CanonicalForm
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    public static string Of(AvroSchema schema)
    {
        var form = new CanonicalForm();
        form.Type(schema);
        return form._text.ToString();
    }

    private void Type(AvroSchema schema)
    {
        if (schema is PrimitiveSchema || (schema is NamedSchema known && !_written.Add(known.Name)))
        {
            Quote(schema.Name);
            return;
        }

        if (schema is UnionSchema union)
        {
            List(union.Branches, Type);
            return;
        }

        _text.Append('{');
        if (schema is NamedSchema named)
        {
            _text.Append("\"name\":");
            Quote(named.Name);
            _text.Append(',');
        }

        _text.Append("\"type\":");
        Quote(TypeNames.Of(schema.Type));
        Body(schema);
        _text.Append('}');
    }

    private void Body(AvroSchema schema)
    {
        switch (schema)
        {
            case RecordSchema record:
                _text.Append(",\"fields\":");
                List(record.Fields, Field);
                break;
            case EnumSchema symbols:
                _text.Append(",\"symbols\":");
                List(symbols.Symbols, Quote);
                break;
            case FixedSchema bytes:
                _text.Append(",\"size\":").Append(bytes.Size);
                break;
            case ArraySchema array:
                _text.Append(",\"items\":");
                Type(array.Items);
                break;
            case MapSchema map:
                _text.Append(",\"values\":");
                Type(map.Values);
                break;
        }
    }

    private void Field(AvroField field)
    {
        _text.Append("{\"name\":");
        Quote(field.Name);
        _text.Append(",\"type\":");
        Type(field.Schema);
        _text.Append('}');
    }

    private void List<T>(IReadOnlyList<T> items, Action<T> write)
    {
        _text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(',');
            write(items[i]);
        }

        _text.Append(']');
    }

    private void Quote(string text) => _text.Append('"').Append(text).Append('"');
}
