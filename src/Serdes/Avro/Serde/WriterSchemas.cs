using System.Collections.Concurrent;
using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>The schemas of a registry by their ids, parsed, with all that they refer to. Safe for use by several threads.</summary>
internal sealed class WriterSchemas(ISchemaRegistryClient registry, TimeSpan? patience = null)
{
    private const int MaxReferences = 1000;
    private const int NoSuchSubject = 40401;
    private const int NoSuchVersion = 40402;
    private const int NoSuchSchema = 40403;

    private readonly ConcurrentDictionary<int, AvroSchema> _byId = new();

    /// <summary>The schema of an id. The first time the caller waits for the registry.</summary>
    /// <exception cref="SerializationException">There is no such schema, or none of Avro: the data cannot be read.</exception>
    /// <exception cref="RetriableException">The registry does not answer, or refuses access: the data may be read later.</exception>
    public AvroSchema Get(int id) => _byId.TryGetValue(id, out var known) ? known : _byId.GetOrAdd(id, RegistryWait.For(FetchAsync(id), patience ?? AvroSerdeOptions.Default.RegistryPatience));

    /// <summary>A schema of a registry, parsed.</summary>
    public async Task<AvroSchema> ParseAsync(RegistrySchema schema)
    {
        if (schema.SchemaType != RegistrySchema.Avro)
            throw new SerializationException($"The schema is one of {schema.SchemaType}, not of Avro.");
        var references = await ResolveAsync(schema.References);
        return AvroSchema.Parse(schema.Schema, new AvroParseOptions { ValidateDefaults = false, References = references });
    }

    /// <summary>The schemas that are referred to, those that they refer to first.</summary>
    public async Task<IReadOnlyList<AvroSchema>> ResolveAsync(IReadOnlyList<SchemaReference> references)
    {
        var resolved = new List<AvroSchema>();
        await ResolveAsync(references, resolved, []);
        return resolved;
    }

    private async Task<AvroSchema> FetchAsync(int id)
    {
        try
        {
            return await ParseAsync(await registry.GetAsync(id));
        }
        catch (SchemaRegistryException e) when (e.ErrorCode is NoSuchSchema or NoSuchSubject or NoSuchVersion)
        {
            throw new SerializationException($"The schema of id {id} cannot be had: {e.Message}", e);
        }
        catch (SchemaRegistryException e)
        {
            // Also where a password is wrong, or a proxy answers instead: that says nothing about the data.
            throw new RetriableException($"The schema of id {id} cannot be had now: {e.Message}", e);
        }
        catch (AvroSchemaException e)
        {
            throw new SerializationException($"The schema of id {id} cannot be used: {e.Message}", e);
        }
    }

    private async Task ResolveAsync(IReadOnlyList<SchemaReference> references, List<AvroSchema> resolved, HashSet<SchemaReference> seen)
    {
        foreach (var reference in references)
        {
            if (!seen.Add(reference))
                continue;
            if (seen.Count > MaxReferences)
                throw new AvroSchemaException($"A schema refers to more than {MaxReferences} others.");
            var found = await registry.GetVersionAsync(reference.Subject, reference.Version);
            await ResolveAsync(found.Schema.References, resolved, seen);
            resolved.Add(AvroSchema.Parse(found.Schema.Schema, new AvroParseOptions { ValidateDefaults = false, References = [.. resolved] }));
        }
    }
}
