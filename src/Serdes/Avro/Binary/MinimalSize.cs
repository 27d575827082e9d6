using System.Runtime.CompilerServices;

namespace MedStreams.Serialization.Avro;

/// <summary>How many bytes the values of a type have at least: what a claimed number of items is held against.</summary>
internal static class MinimalSize
{
    private const int Most = 1 << 20;

    private static readonly ConditionalWeakTable<AvroSchema, StrongBox<int>> Known = [];

    public static int Of(AvroSchema schema) => Of(schema, []);

    /// <summary>A record within itself counts for nothing there, so the answer may be too small, never too large.</summary>
    private static int Of(AvroSchema schema, HashSet<AvroSchema> within) => schema switch
    {
        PrimitiveSchema => schema.Type switch
        {
            AvroType.Null => 0,
            AvroType.Float => 4,
            AvroType.Double => 8,
            _ => 1,
        },
        FixedSchema bytes => Math.Min(bytes.Size, Most),
        RecordSchema record => OfRecord(record, within),
        _ => 1,
    };

    private static int OfRecord(RecordSchema record, HashSet<AvroSchema> within)
    {
        if (Known.TryGetValue(record, out var known))
            return known.Value;
        if (!within.Add(record))
            return 0;
        var size = 0;
        foreach (var field in record.Fields)
            size = Math.Min(size + Of(field.Schema, within), Most);
        Known.AddOrUpdate(record, new StrongBox<int>(size));
        return size;
    }
}
