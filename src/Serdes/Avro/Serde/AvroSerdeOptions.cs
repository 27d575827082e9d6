using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>Under which subject a schema is registered.</summary>
public enum SubjectNameStrategy
{
    /// <summary>The topic's name and <c>-key</c> or <c>-value</c>: one type for each topic.</summary>
    TopicName,

    /// <summary>The record's full name: the same type in all topics.</summary>
    RecordName,

    /// <summary>The topic's name, a hyphen and the record's full name: several types in one topic.</summary>
    TopicRecordName,
}

/// <summary>How Avro serdes use a schema registry. Names and defaults are those of Confluent's serializers.</summary>
public sealed record AvroSerdeOptions
{
    /// <summary>The defaults.</summary>
    public static AvroSerdeOptions Default { get; } = new();

    /// <summary>
    /// <c>auto.register.schemas</c>: whether a schema that is not there is registered. Default true; in production better false, with
    /// schemas that are registered when a program is deployed.
    /// </summary>
    public bool AutoRegisterSchemas { get; init; } = true;

    /// <summary>
    /// <c>use.latest.version</c>: whether values are written by the subject's latest schema, which must hold all that the type
    /// has. It is asked for once for each subject. Default false: by the type's own schema.
    /// </summary>
    public bool UseLatestVersion { get; init; }

    /// <summary><c>normalize.schemas</c>: whether the registry ignores differences that mean nothing. Default false.</summary>
    public bool NormalizeSchemas { get; init; }

    /// <summary>The subjects of keys and values. Default <see cref="SubjectNameStrategy.TopicName"/>.</summary>
    public SubjectNameStrategy SubjectNames { get; init; }

    /// <summary>
    /// How long a value waits for the registry, before it is tried again later (<see cref="RetriableException"/>); the client's own attempts go on
    /// meanwhile. More than 0, far below <c>max.poll.interval.ms</c>. Default 10 s.
    /// </summary>
    public TimeSpan RegistryPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The schema that values are read as, and written by. Default null: that of the type; for generic records the value's own
    /// when writing, the writer's when reading.
    /// </summary>
    public AvroSchema? Schema { get; init; }

    /// <summary>Types of <see cref="Schema"/> that are registered under subjects of their own. Default none.</summary>
    public IReadOnlyList<SchemaReference> References { get; init; } = [];

    /// <summary>How classes become schemas. Default <see cref="AvroTypeOptions.Default"/>.</summary>
    public AvroTypeOptions Types { get; init; } = AvroTypeOptions.Default;
}
