namespace MedStreams.Serialization.Avro;

/// <summary>null, boolean, int, long, float, double, bytes or string.</summary>
public sealed class PrimitiveSchema : AvroSchema
{
    internal PrimitiveSchema(AvroType type)
        : base(type) => ArgumentOutOfRangeException.ThrowIfGreaterThan((int)type, (int)AvroType.String, nameof(type));
}
