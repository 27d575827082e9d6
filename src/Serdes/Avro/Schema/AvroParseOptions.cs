namespace MedStreams.Serialization.Avro;

/// <summary>How a schema is read.</summary>
public sealed record AvroParseOptions
{
    /// <summary>Everything is checked, and nothing is known beforehand.</summary>
    public static AvroParseOptions Default { get; } = new();

    /// <summary>
    /// Whether a field's default must be a value of its type. Default true. False suits schemas that others wrote: one that
    /// does not fit matters only where it would be used, and is an error there.
    /// </summary>
    public bool ValidateDefaults { get; init; } = true;

    /// <summary>
    /// Whether names consist of ASCII letters, digits and underscores only, as the specification says. Default false: schemas with
    /// other letters exist, and data of theirs can be read.
    /// </summary>
    public bool StrictNames { get; init; }

    /// <summary>Schemas whose named types may be referred to. Default none.</summary>
    public IReadOnlyList<AvroSchema> References { get; init; } = [];
}
