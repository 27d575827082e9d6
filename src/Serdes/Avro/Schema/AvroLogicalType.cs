using System.Text.Json;

namespace MedStreams.Serialization.Avro;

/// <summary>The logical types of the specification.</summary>
public enum AvroLogicalKind
{
    /// <summary>A decimal number of fixed scale on bytes or fixed, two's complement, big-endian.</summary>
    Decimal,

    /// <summary>A UUID on string, or on fixed of 16 bytes.</summary>
    Uuid,

    /// <summary>Days since 1970-01-01, on int.</summary>
    Date,

    /// <summary>Milliseconds since midnight, on int.</summary>
    TimeMillis,

    /// <summary>Microseconds since midnight, on long.</summary>
    TimeMicros,

    /// <summary>An instant in milliseconds since 1970-01-01T00:00Z, on long.</summary>
    TimestampMillis,

    /// <summary>An instant in microseconds since 1970-01-01T00:00Z, on long.</summary>
    TimestampMicros,

    /// <summary>An instant in nanoseconds since 1970-01-01T00:00Z, on long.</summary>
    TimestampNanos,

    /// <summary>A date and time of no known zone, in milliseconds since 1970-01-01T00:00, on long.</summary>
    LocalTimestampMillis,

    /// <summary>A date and time of no known zone, in microseconds since 1970-01-01T00:00, on long.</summary>
    LocalTimestampMicros,

    /// <summary>A date and time of no known zone, in nanoseconds since 1970-01-01T00:00, on long.</summary>
    LocalTimestampNanos,

    /// <summary>Months, days and milliseconds, each 4 bytes little-endian, on fixed of 12 bytes.</summary>
    Duration,
}

/// <summary>A logical type in force on a schema.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Precision">The most digits of a decimal; 0 for the others.</param>
/// <param name="Scale">A decimal's digits after the point; 0 for the others.</param>
public sealed record AvroLogicalType(AvroLogicalKind Kind, int Precision = 0, int Scale = 0)
{
    private static readonly (string Name, AvroLogicalKind Kind, AvroType On)[] Known =
    [
        ("date", AvroLogicalKind.Date, AvroType.Int),
        ("time-millis", AvroLogicalKind.TimeMillis, AvroType.Int),
        ("time-micros", AvroLogicalKind.TimeMicros, AvroType.Long),
        ("timestamp-millis", AvroLogicalKind.TimestampMillis, AvroType.Long),
        ("timestamp-micros", AvroLogicalKind.TimestampMicros, AvroType.Long),
        ("timestamp-nanos", AvroLogicalKind.TimestampNanos, AvroType.Long),
        ("local-timestamp-millis", AvroLogicalKind.LocalTimestampMillis, AvroType.Long),
        ("local-timestamp-micros", AvroLogicalKind.LocalTimestampMicros, AvroType.Long),
        ("local-timestamp-nanos", AvroLogicalKind.LocalTimestampNanos, AvroType.Long),
        ("uuid", AvroLogicalKind.Uuid, AvroType.String),
        ("uuid", AvroLogicalKind.Uuid, AvroType.Fixed),
        ("duration", AvroLogicalKind.Duration, AvroType.Fixed),
        ("decimal", AvroLogicalKind.Decimal, AvroType.Bytes),
        ("decimal", AvroLogicalKind.Decimal, AvroType.Fixed),
    ];

    /// <summary>Its name in schemas.</summary>
    public string Name => Array.Find(Known, known => known.Kind == Kind).Name;

    /// <summary>The logical type that a schema's attributes name, or null where it is unknown or does not fit: then it is ignored.</summary>
    internal static AvroLogicalType? Of(AvroSchema schema)
    {
        if (!schema.Properties.TryGetValue("logicalType", out var named) || named.ValueKind != JsonValueKind.String)
            return null;
        var name = named.GetString();
        var match = Array.FindIndex(Known, known => known.Name == name && known.On == schema.Type);
        if (match < 0)
            return null;
        var kind = Known[match].Kind;
        return (kind, schema) switch
        {
            (AvroLogicalKind.Decimal, _) => DecimalOf(schema),
            (AvroLogicalKind.Uuid, FixedSchema { Size: not 16 }) => null,
            (AvroLogicalKind.Duration, FixedSchema { Size: not 12 }) => null,
            _ => new AvroLogicalType(kind),
        };
    }

    private static AvroLogicalType? DecimalOf(AvroSchema schema)
    {
        var scale = 0;
        if (!TryInt(schema, "precision", out var precision) || (schema.Properties.ContainsKey("scale") && !TryInt(schema, "scale", out scale)))
            return null;
        var most = schema is FixedSchema { Size: var size } ? Math.Floor(Math.Log10(2) * ((8.0 * size) - 1)) : int.MaxValue;
        return precision > 0 && precision <= most && scale >= 0 && scale <= precision
            ? new AvroLogicalType(AvroLogicalKind.Decimal, precision, scale)
            : null;
    }

    private static bool TryInt(AvroSchema schema, string name, out int value)
    {
        value = 0;
        return schema.Properties.TryGetValue(name, out var json) && json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out value);
    }
}
