using System.Runtime.CompilerServices;
using MedStreams.Serialization.Avro;

namespace MedStreams.Serialization.Registry;

/// <summary>A schema of a registry, parsed.</summary>
/// <param name="Avro">The schema, with what it refers to.</param>
/// <param name="Stored">As the registry holds it: one form for all white space, types of other subjects by name.</param>
/// <param name="Whole">With the types that it refers to written out, for comparisons.</param>
internal sealed record ParsedRegistrySchema(AvroSchema Avro, RegistrySchema Stored, string Whole);

/// <summary>Parses schemas of a registry; those that are stored once only.</summary>
internal sealed class SchemaTexts(Func<SchemaReference, StoredSchema?> find)
{
    private const int MaxReferences = 1000;
    private static readonly AvroParseOptions Strict = new() { ValidateDefaults = true, StrictNames = true };
    private static readonly AvroParseOptions Lenient = new() { ValidateDefaults = false };

    private readonly ConditionalWeakTable<StoredSchema, ParsedRegistrySchema> _known = [];

    /// <summary>A schema that is to be registered or looked up.</summary>
    /// <exception cref="RegistryRefusal">It is none.</exception>
    public ParsedRegistrySchema Parse(RegistrySchema schema, bool strict, bool normalize)
    {
        if (schema.SchemaType != RegistrySchema.Avro)
            throw RegistryRefusal.InvalidSchema($"this registry takes {RegistrySchema.Avro} only, not {schema.SchemaType}");
        if (string.IsNullOrWhiteSpace(schema.Schema))
            throw RegistryRefusal.InvalidSchema("the schema is empty");
        try
        {
            var references = new List<AvroSchema>();
            Resolve(schema.References, references, []);
            var avro = AvroSchema.Parse(schema.Schema, (strict ? Strict : Lenient) with { References = references });
            var text = SchemaJson.Write(avro, references, normalize);
            IReadOnlyList<SchemaReference> used = normalize
                ? [.. schema.References.Distinct().OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Subject, StringComparer.Ordinal).ThenBy(r => r.Version)]
                : schema.References;
            return new ParsedRegistrySchema(avro, new RegistrySchema(text, used), SchemaJson.Write(avro, []));
        }
        catch (AvroSchemaException e)
        {
            throw RegistryRefusal.InvalidSchema(e.Message);
        }
    }

    /// <summary>A schema that is stored.</summary>
    /// <exception cref="RegistryRefusal">It cannot be read.</exception>
    public ParsedRegistrySchema Parse(StoredSchema schema) =>
        _known.GetValue(schema, stored => Parse(stored.Schema, strict: false, normalize: false));

    /// <summary>Adds the schemas that are referred to, those that they refer to first.</summary>
    private void Resolve(IReadOnlyList<SchemaReference> references, List<AvroSchema> resolved, HashSet<SchemaReference> seen)
    {
        foreach (var reference in references)
        {
            if (!seen.Add(reference))
                continue;
            if (seen.Count > MaxReferences)
                throw RegistryRefusal.InvalidSchema($"it refers to more than {MaxReferences} others");
            var found = find(reference) ?? throw RegistryRefusal.InvalidSchema(
                $"No schema reference found for subject \"{reference.Subject}\" and version {reference.Version}");
            Resolve(found.Schema.References, resolved, seen);
            resolved.Add(AvroSchema.Parse(found.Schema.Schema, Lenient with { References = [.. resolved] }));
        }
    }
}
