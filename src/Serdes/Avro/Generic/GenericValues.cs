using System.Collections;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Which type of a schema a generic value is of.</summary>
internal static class GenericValues
{
    /// <summary>The branch of a union for a value: of the very type, else one that it widens to; -1 for none.</summary>
    public static int Branch(UnionSchema union, object? value)
    {
        for (var i = 0; i < union.Branches.Count; i++)
        {
            if (Is(union.Branches[i], value))
                return i;
        }

        for (var i = 0; i < union.Branches.Count; i++)
        {
            if (Widens(union.Branches[i], value))
                return i;
        }

        return -1;
    }

    /// <summary>The error for a value that a schema cannot hold: it names types only.</summary>
    public static SerializationException Unfit(string place, string expected, object? value) =>
        new($"{place} is {(value is null ? "null" : $"a {value.GetType().Name}")} where its schema says {expected}.");

    private static bool Is(AvroSchema schema, object? value) => (schema.Type, value) switch
    {
        (AvroType.Null, null) => true,
        (AvroType.Boolean, bool) => true,
        (AvroType.Int, int) => true,
        (AvroType.Long, long) => true,
        (AvroType.Float, float) => true,
        (AvroType.Double, double) => true,
        (AvroType.Bytes, byte[]) => true,
        (AvroType.String, string) => true,
        (AvroType.Record, GenericRecord record) => record.Schema.Name == schema.Name,
        (AvroType.Enum, GenericEnum symbol) => symbol.Schema.Name == schema.Name,
        (AvroType.Fixed, GenericFixed bytes) => bytes.Schema.Name == schema.Name,
        (AvroType.Map, IReadOnlyDictionary<string, object?>) => true,
        (AvroType.Array, IList and not byte[]) => true,
        _ => false,
    };

    private static bool Widens(AvroSchema schema, object? value) => (schema, value) switch
    {
        (PrimitiveSchema { Type: AvroType.Long }, int) => true,
        (PrimitiveSchema { Type: AvroType.Double }, float) => true,
        (EnumSchema symbols, string text) => symbols.IndexOf(text) >= 0,
        (FixedSchema bytes, byte[] given) => given.Length == bytes.Size,
        _ => false,
    };
}
