namespace MedStreams.Serialization.Registry;

/// <summary>A type of another subject that a schema refers to by its name.</summary>
/// <param name="Name">The full name of the type.</param>
/// <param name="Subject">The subject that it is registered under.</param>
/// <param name="Version">Its version there, from 1 on.</param>
public sealed record SchemaReference(string Name, string Subject, int Version);

/// <summary>A schema as a registry holds it. Equal if its text, type and references are.</summary>
/// <param name="Schema">The schema's text.</param>
/// <param name="References">The types of other subjects that the text refers to. Default none.</param>
/// <param name="SchemaType">Its language. Default <c>AVRO</c>.</param>
public sealed record RegistrySchema(string Schema, IReadOnlyList<SchemaReference> References, string SchemaType = RegistrySchema.Avro)
{
    /// <summary>The only language that this side reads and writes.</summary>
    public const string Avro = "AVRO";

    /// <summary>A schema that refers to no other.</summary>
    public RegistrySchema(string schema)
        : this(schema, [])
    {
    }

    /// <summary>Whether text, type and references are the same.</summary>
    public bool Equals(RegistrySchema? other) =>
        other is not null && Schema == other.Schema && SchemaType == other.SchemaType && References.SequenceEqual(other.References);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Schema, SchemaType, References.Count);
}

/// <summary>A schema under a subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Version">Its version there, from 1 on; 0 where a registry did not say.</param>
/// <param name="Id">Its number in the whole registry, which stands in front of data.</param>
/// <param name="Schema">The schema.</param>
public sealed record RegisteredSchema(string Subject, int Version, int Id, RegistrySchema Schema);

/// <summary>A version of a subject.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Version">The version.</param>
public sealed record SubjectVersion(string Subject, int Version);

/// <summary>Which of a subject's schemas a new one must get on with, and in which direction.</summary>
public enum CompatibilityLevel
{
    /// <summary>With none.</summary>
    None,

    /// <summary>Readers of the new schema can read data of the last one.</summary>
    Backward,

    /// <summary>Readers of the new schema can read data of all before.</summary>
    BackwardTransitive,

    /// <summary>Readers of the last schema can read data of the new one.</summary>
    Forward,

    /// <summary>Readers of all schemas before can read data of the new one.</summary>
    ForwardTransitive,

    /// <summary>Both ways with the last one.</summary>
    Full,

    /// <summary>Both ways with all before.</summary>
    FullTransitive,
}

/// <summary>The answer to whether a schema gets on with others.</summary>
/// <param name="IsCompatible">Whether it does.</param>
/// <param name="Messages">Why not, in the registry's words.</param>
public sealed record CompatibilityVerdict(bool IsCompatible, IReadOnlyList<string> Messages);
