namespace MedStreams.Serialization.Avro;

/// <summary>The named types that are known at a place of a schema.</summary>
internal sealed class SchemaNames
{
    private readonly Dictionary<string, NamedSchema> _byName = new(StringComparer.Ordinal);

    /// <summary>Adds a type; false if another of its name is there.</summary>
    public bool Add(NamedSchema schema) => _byName.TryAdd(schema.Name, schema);

    /// <summary>The names of all types.</summary>
    public IEnumerable<string> All => _byName.Keys;

    /// <summary>Adds a schema's named types and those within it.</summary>
    public void AddAll(AvroSchema schema)
    {
        if (schema is NamedSchema named && !Add(named))
            return;
        foreach (var inner in Inner(schema))
            AddAll(inner);
    }

    /// <summary>The type that a name means: within the namespace, or without any.</summary>
    public NamedSchema? Find(string name, string? space)
    {
        if (space is not null && !name.Contains('.') && _byName.TryGetValue($"{space}.{name}", out var within))
            return within;
        return _byName.GetValueOrDefault(name);
    }

    private static IEnumerable<AvroSchema> Inner(AvroSchema schema) => schema switch
    {
        RecordSchema record => record.Fields.Select(field => field.Schema),
        ArraySchema array => [array.Items],
        MapSchema map => [map.Values],
        UnionSchema union => union.Branches,
        _ => [],
    };
}
