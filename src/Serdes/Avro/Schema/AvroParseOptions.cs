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

    /// <summary>Schemas whose named types may be referred to. Default none.</summary>
    public IReadOnlyList<AvroSchema> References { get; init; } = [];
}
