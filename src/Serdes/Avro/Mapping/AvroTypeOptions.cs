using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>How classes of C# become schemas.</summary>
public sealed record AvroTypeOptions
{
    /// <summary>Everything as it is called in C#.</summary>
    public static AvroTypeOptions Default { get; } = new();

    /// <summary>How the names of properties become names of fields, unless an attribute names them. Default null: as they are.</summary>
    public JsonNamingPolicy? FieldNaming { get; init; }

    /// <summary>The namespace of all types, unless an attribute names one. Default null: that of the class.</summary>
    public string? Namespace { get; init; }
}
