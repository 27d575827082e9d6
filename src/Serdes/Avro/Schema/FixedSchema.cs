namespace MedStreams.Serialization.Avro;

/// <summary>A fixed number of bytes.</summary>
public sealed class FixedSchema : NamedSchema
{
    internal FixedSchema(AvroName name, string? doc, int size)
        : base(AvroType.Fixed, name, doc) => Size = size;

    /// <summary>The number of bytes, 0 or more.</summary>
    public int Size { get; }
}
