using System.Runtime.CompilerServices;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Makes encoders of generic values.</summary>
internal sealed class GenericEncoders
{
    private static readonly ConditionalWeakTable<AvroSchema, Encoder<object?>> Known = [];

    private readonly Dictionary<RecordSchema, GenericRecordEncoder> _records = [];

    /// <summary>The encoder for a whole schema; the same one each time.</summary>
    public static Encoder<object?> For(AvroSchema schema) =>
        Known.GetValue(schema, static schema => new GenericEncoders().Make(schema, schema.Name));

    private Encoder<object?> Make(AvroSchema schema, string place) => schema switch
    {
        RecordSchema record => Record(record, place),
        EnumSchema symbols => new GenericEnumEncoder(symbols, place),
        FixedSchema bytes => new GenericFixedEncoder(bytes, place),
        ArraySchema array => new GenericArrayEncoder(Make(array.Items, place), place),
        MapSchema map => new GenericMapEncoder(Make(map.Values, place), place),
        UnionSchema union => new GenericUnionEncoder(union, [.. union.Branches.Select(branch => Make(branch, place))], place),
        _ => new GenericPrimitiveEncoder(schema.Type, place),
    };

    private GenericRecordEncoder Record(RecordSchema schema, string place)
    {
        if (_records.TryGetValue(schema, out var known))
            return known;
        var encoder = new GenericRecordEncoder(schema, place);
        _records.Add(schema, encoder);
        encoder.Fields = [.. schema.Fields.Select(field => Make(field.Schema, $"{schema.Name}.{field.Name}"))];
        return encoder;
    }
}

internal sealed class GenericPrimitiveEncoder(AvroType type, string place) : Encoder<object?>
{
    public override void Write(ref AvroWriter writer, object? value)
    {
        switch (type, value)
        {
            case (AvroType.Null, null):
                break;
            case (AvroType.Boolean, bool flag):
                writer.WriteBoolean(flag);
                break;
            case (AvroType.Int, int number):
                writer.WriteInt32(number);
                break;
            case (AvroType.Long, long number):
                writer.WriteInt64(number);
                break;
            case (AvroType.Long, int number):
                writer.WriteInt64(number);
                break;
            case (AvroType.Float, float number):
                writer.WriteSingle(number);
                break;
            case (AvroType.Double, double number):
                writer.WriteDouble(number);
                break;
            case (AvroType.Double, float number):
                writer.WriteDouble(number);
                break;
            case (AvroType.Bytes, byte[] bytes):
                writer.WriteBytes(bytes);
                break;
            case (AvroType.String, string text):
                writer.WriteString(text);
                break;
            default:
                throw GenericValues.Unfit(place, TypeNames.Of(type), value);
        }
    }
}

internal sealed class GenericEnumEncoder(EnumSchema schema, string place) : Encoder<object?>
{
    public override void Write(ref AvroWriter writer, object? value)
    {
        var symbol = value switch
        {
            GenericEnum given when given.Schema == schema || given.Schema.Name == schema.Name => given.Symbol,
            string text => text,
            _ => throw GenericValues.Unfit(place, schema.Name, value),
        };
        if (schema.IndexOf(symbol) is not (>= 0 and var index))
            throw new SerializationException($"{place} is no symbol of {schema.Name}.");
        writer.WriteInt32(index);
    }
}

internal sealed class GenericFixedEncoder(FixedSchema schema, string place) : Encoder<object?>
{
    private readonly FixedEncoder _bytes = new(place, schema.Size);

    public override void Write(ref AvroWriter writer, object? value) => _bytes.Write(ref writer, value switch
    {
        GenericFixed given when given.Schema == schema || given.Schema.Name == schema.Name => given.Value,
        byte[] bytes => bytes,
        _ => throw GenericValues.Unfit(place, schema.Name, value),
    });
}

internal sealed class GenericArrayEncoder(Encoder<object?> item, string place) : Encoder<object?>
{
    public override void Write(ref AvroWriter writer, object? value)
    {
        if (value is not System.Collections.IList items)
            throw GenericValues.Unfit(place, "array", value);
        writer.BeginCollection(items.Count);
        for (var i = 0; i < items.Count; i++)
            item.Write(ref writer, items[i]);
        writer.EndCollection();
    }
}

internal sealed class GenericMapEncoder(Encoder<object?> item, string place) : Encoder<object?>
{
    private readonly MapEncoder<IReadOnlyDictionary<string, object?>, object?> _entries = new(place, item);

    public override void Write(ref AvroWriter writer, object? value) =>
        _entries.Write(ref writer, value as IReadOnlyDictionary<string, object?> ?? throw GenericValues.Unfit(place, "map", value));
}

internal sealed class GenericUnionEncoder(UnionSchema schema, Encoder<object?>[] branches, string place) : Encoder<object?>
{
    public override void Write(ref AvroWriter writer, object? value)
    {
        var branch = GenericValues.Branch(schema, value);
        if (branch < 0)
            throw GenericValues.Unfit(place, "union", value);
        writer.WriteInt32(branch);
        branches[branch].Write(ref writer, value);
    }
}

internal sealed class GenericRecordEncoder(RecordSchema schema, string place) : Encoder<object?>
{
    public Encoder<object?>[] Fields { get; set; } = [];

    public override void Write(ref AvroWriter writer, object? value)
    {
        if (value is not GenericRecord record || (record.Schema != schema && record.Schema.Name != schema.Name))
            throw GenericValues.Unfit(place, schema.Name, value);
        writer.Enter();
        for (var i = 0; i < Fields.Length; i++)
            Fields[i].Write(ref writer, record.Schema == schema ? record[i] : record[schema.Fields[i].Name]);
        writer.Leave();
    }
}
