using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>Writes generic values in Avro's JSON encoding.</summary>
internal static class AvroJsonWriter
{
    public static void Write(Utf8JsonWriter json, AvroSchema schema, object? value)
    {
        switch (schema, value)
        {
            case (PrimitiveSchema { Type: AvroType.Null }, null):
                json.WriteNullValue();
                break;
            case (PrimitiveSchema { Type: AvroType.Boolean }, bool flag):
                json.WriteBooleanValue(flag);
                break;
            case (PrimitiveSchema { Type: AvroType.Int or AvroType.Long }, int number):
                json.WriteNumberValue(number);
                break;
            case (PrimitiveSchema { Type: AvroType.Long }, long number):
                json.WriteNumberValue(number);
                break;
            case (PrimitiveSchema { Type: AvroType.Float }, float number):
                Number(json, number, number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case (PrimitiveSchema { Type: AvroType.Double }, double number):
                Number(json, number, number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case (PrimitiveSchema { Type: AvroType.Double }, float number):
                Number(json, number, ((double)number).ToString("R", CultureInfo.InvariantCulture));
                break;
            case (PrimitiveSchema { Type: AvroType.Bytes }, byte[] bytes):
                json.WriteStringValue(Encoding.Latin1.GetString(bytes));
                break;
            case (FixedSchema, GenericFixed bytes):
                json.WriteStringValue(Encoding.Latin1.GetString(bytes.Value));
                break;
            case (PrimitiveSchema { Type: AvroType.String }, string text):
                json.WriteStringValue(text);
                break;
            case (EnumSchema, GenericEnum symbol):
                json.WriteStringValue(symbol.Symbol);
                break;
            case (ArraySchema array, IList items):
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, array.Items, item);
                json.WriteEndArray();
                break;
            case (MapSchema map, IReadOnlyDictionary<string, object?> entries):
                json.WriteStartObject();
                foreach (var (key, entry) in entries)
                {
                    json.WritePropertyName(key);
                    Write(json, map.Values, entry);
                }

                json.WriteEndObject();
                break;
            case (RecordSchema, GenericRecord record):
                Record(json, record);
                break;
            case (UnionSchema union, _):
                Union(json, union, value);
                break;
            default:
                throw GenericValues.Unfit("the value", schema.Name, value);
        }
    }

    private static void Record(Utf8JsonWriter json, GenericRecord record)
    {
        json.WriteStartObject();
        foreach (var field in record.Schema.Fields)
        {
            json.WritePropertyName(field.Name);
            Write(json, field.Schema, record[field.Position]);
        }

        json.WriteEndObject();
    }

    private static void Union(Utf8JsonWriter json, UnionSchema union, object? value)
    {
        var index = GenericValues.Branch(union, value);
        if (index < 0)
            throw GenericValues.Unfit("the value", "union", value);
        var branch = union.Branches[index];
        if (branch.Type == AvroType.Null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName(branch.Name);
        Write(json, branch, value);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, double value, string text)
    {
        if (double.IsFinite(value))
            json.WriteRawValue(text, skipInputValidation: true);
        else
            json.WriteStringValue(text);
    }
}
