using System.Collections.Concurrent;
using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>How values of one topic are written: the id that stands in front and the codec.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="IsKey">Whether it is the key's.</param>
/// <param name="Value">The schema of the values before the registry was asked.</param>
/// <param name="SchemaId">The id.</param>
/// <param name="Codec">Writes them.</param>
internal sealed record RegistryWriter<T>(string Topic, bool IsKey, AvroSchema Value, int SchemaId, AvroCodec<T> Codec);

/// <summary>
/// Finds out, once for each topic and schema, under which id values are written. Safe for use by several threads.
/// </summary>
internal sealed class RegistryWriters<T>(
    ISchemaRegistryClient registry, AvroSerdeOptions options, WriterSchemas schemas, Func<AvroSchema, AvroCodec<T>> codecFor)
{
    private readonly ConcurrentDictionary<(string Topic, bool IsKey, AvroSchema Schema), RegistryWriter<T>> _writers = new();
    private RegistryWriter<T>? _last;

    /// <summary>The writer for values of a schema. The first time the caller waits for the registry.</summary>
    /// <exception cref="SchemaRegistryException">The registry refuses the schema, or does not have it.</exception>
    /// <exception cref="RetriableException">The registry does not answer.</exception>
    /// <exception cref="AvroSchemaException">The subject's latest schema cannot hold the type.</exception>
    public RegistryWriter<T> Get(string topic, bool isKey, AvroSchema schema)
    {
        var last = _last;
        if (last is not null && ReferenceEquals(last.Value, schema) && last.IsKey == isKey && last.Topic == topic)
            return last;
        if (!_writers.TryGetValue((topic, isKey, schema), out var writer))
            writer = _writers.GetOrAdd((topic, isKey, schema), RegistryWait.For(MakeAsync(topic, isKey, schema), options.RegistryPatience));
        _last = writer;
        return writer;
    }

    private async Task<RegistryWriter<T>> MakeAsync(string topic, bool isKey, AvroSchema schema)
    {
        var subject = Subject(topic, isKey, schema);
        if (options.UseLatestVersion)
        {
            var latest = await registry.GetVersionAsync(subject);
            return new RegistryWriter<T>(topic, isKey, schema, latest.Id, codecFor(await schemas.ParseAsync(latest.Schema)));
        }

        var references = await schemas.ResolveAsync(options.References);
        var text = new RegistrySchema(SchemaJson.Write(schema, references), options.References);
        var registered = options.AutoRegisterSchemas
            ? await registry.RegisterAsync(subject, text, options.NormalizeSchemas)
            : await registry.FindAsync(subject, text, options.NormalizeSchemas);
        return new RegistryWriter<T>(topic, isKey, schema, registered.Id, codecFor(schema));
    }

    private string Subject(string topic, bool isKey, AvroSchema schema) => options.SubjectNames switch
    {
        SubjectNameStrategy.TopicName => $"{topic}-{(isKey ? "key" : "value")}",
        SubjectNameStrategy.RecordName => RecordName(schema),
        _ => $"{topic}-{RecordName(schema)}",
    };

    private static string RecordName(AvroSchema schema) => schema is RecordSchema record
        ? record.Name
        : throw new SerializationException($"A subject that is named after the record needs a record, not {schema.Name}.");
}
