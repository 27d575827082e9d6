using System.Text;
using MedStreams.Serialization.Avro;

namespace MedStreams.Serialization.Tests.Avro;

/// <summary>Makes values of a schema at random, the extremes among them; what refers to itself ends after some levels.</summary>
internal sealed class ValueMaker(Random random)
{
    private static readonly string[] Texts = ["", "a", "Müller", "中文患者", "line\nbreak\ttab", "\0", "😀", new('x', 200)];

    public object? Value(AvroSchema schema, int depth = 0) => schema switch
    {
        RecordSchema record => Record(record, depth),
        EnumSchema symbols => new GenericEnum(symbols, symbols.Symbols[random.Next(symbols.Symbols.Count)]),
        FixedSchema bytes => new GenericFixed(bytes, Bytes(bytes)),
        ArraySchema array => Enumerable.Range(0, Count(depth)).Select(_ => Value(array.Items, depth + 1)).ToList(),
        MapSchema map => Enumerable.Range(0, Count(depth)).ToDictionary(i => Texts[i], _ => Value(map.Values, depth + 1)),
        UnionSchema union => Value(union.Branches[depth > 6 ? 0 : random.Next(union.Branches.Count)], depth + 1),
        _ => Primitive(schema),
    };

    private int Count(int depth) => depth > 6 ? 0 : random.Next(4);

    private GenericRecord Record(RecordSchema schema, int depth)
    {
        var record = new GenericRecord(schema);
        foreach (var field in schema.Fields)
            record[field.Position] = Value(field.Schema, depth + 1);
        return record;
    }

    private object? Primitive(AvroSchema schema) => (schema.Type, schema.LogicalType?.Kind) switch
    {
        (AvroType.Null, _) => null,
        (AvroType.Boolean, _) => random.Next(2) == 0,
        (AvroType.Int, AvroLogicalKind.Date) => random.Next(-700_000, 2_900_000),
        (AvroType.Int, AvroLogicalKind.TimeMillis) => random.Next(0, 86_400_000),
        (AvroType.Int, _) => random.Next(4) switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => random.Next(-70, 70), _ => random.Next() },
        (AvroType.Long, AvroLogicalKind.TimeMicros) => random.NextInt64(0, 86_400_000_000),
        (AvroType.Long, AvroLogicalKind.TimestampMillis or AvroLogicalKind.LocalTimestampMillis) => random.NextInt64(-60_000_000_000_000, 250_000_000_000_000),
        (AvroType.Long, AvroLogicalKind.TimestampMicros or AvroLogicalKind.LocalTimestampMicros) => random.NextInt64(-60_000_000_000_000_000, 250_000_000_000_000_000),
        (AvroType.Long, _) => random.Next(4) switch { 0 => long.MinValue, 1 => long.MaxValue, 2 => random.Next(-70, 70), _ => random.NextInt64() },
        (AvroType.Float, _) => random.Next(5) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 => -0f, 3 => float.Epsilon, _ => random.NextSingle() },
        (AvroType.Double, _) => random.Next(5) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => -0.0, 3 => double.MaxValue, _ => random.NextDouble() },
        (AvroType.Bytes, AvroLogicalKind.Decimal) => new[] { (byte)random.Next(-9, 10) },
        (AvroType.Bytes, _) => random.Next(2) == 0 ? Encoding.UTF8.GetBytes(Text()) : Random(random.Next(100)),
        (_, AvroLogicalKind.Uuid) => new Guid(Random(16)).ToString(),
        _ => Text(),
    };

    private string Text() => Texts[random.Next(Texts.Length)];

    /// <summary>Bytes of a fixed; those of a decimal have no more digits than it allows.</summary>
    private byte[] Bytes(FixedSchema schema) =>
        schema.LogicalType?.Kind == AvroLogicalKind.Decimal ? [.. Enumerable.Repeat((byte)0, schema.Size - 1), (byte)random.Next(10)] : Random(schema.Size);

    private byte[] Random(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
