using MedStreams.Streams;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Converts between the base values that generic records hold and .NET's types. Each method takes the schema that the value is
/// of. Times are rounded down to the unit of their type; nothing else is rounded.
/// </summary>
public static class AvroLogicalValues
{
    /// <summary>The number of a decimal.</summary>
    /// <param name="value">A <c>byte[]</c> or <see cref="GenericFixed"/>.</param>
    /// <param name="schema">Its schema, with the scale.</param>
    public static AvroDecimal ToDecimal(object value, AvroSchema schema) => LogicalMath.Decimal(Bytes(value), Logical(schema).Scale);

    /// <summary>The bytes of a decimal: a <c>byte[]</c>, or a <see cref="GenericFixed"/> where the schema is one.</summary>
    /// <exception cref="SerializationException">It has more digits than the schema allows, or would lose some.</exception>
    public static object FromDecimal(AvroDecimal value, AvroSchema schema)
    {
        var bytes = LogicalMath.FromDecimal(value, Logical(schema), (schema as FixedSchema)?.Size)
            ?? throw new SerializationException("A decimal has more digits than its schema allows.");
        return schema is FixedSchema type ? new GenericFixed(type, bytes) : bytes;
    }

    /// <summary>A UUID from its text or its 16 bytes.</summary>
    /// <exception cref="SerializationException">The text is none.</exception>
    public static Guid ToGuid(object value, AvroSchema schema)
    {
        if (schema is FixedSchema)
            return new Guid(Bytes(value), bigEndian: true);
        return Guid.TryParse((string)value, out var guid) ? guid : throw new SerializationException("A text is no UUID.");
    }

    /// <summary>The text of a UUID, or its 16 bytes as <see cref="GenericFixed"/> where the schema is a fixed.</summary>
    public static object FromGuid(Guid value, AvroSchema schema) =>
        schema is FixedSchema type ? new GenericFixed(type, value.ToByteArray(bigEndian: true)) : value.ToString();

    /// <summary>A date from its days since 1970-01-01.</summary>
    /// <exception cref="SerializationException">.NET has no such date (years 1 to 9999).</exception>
    public static DateOnly ToDate(int value) => LogicalMath.TryDate(value, out var date) ? date : throw Beyond("date");

    /// <summary>The days of a date since 1970-01-01.</summary>
    public static int FromDate(DateOnly value) => LogicalMath.FromDate(value);

    /// <summary>A time of day from its milliseconds (an int) or microseconds (a long) since midnight.</summary>
    /// <exception cref="SerializationException">It is not within a day.</exception>
    public static TimeOnly ToTime(object value, AvroSchema schema) =>
        LogicalMath.TryTimeOfDay(Number(value), Logical(schema).Kind, out var ticks) ? new TimeOnly(ticks) : throw Beyond("time of day");

    /// <summary>The milliseconds (an int) or microseconds (a long) of a time since midnight.</summary>
    public static object FromTime(TimeOnly value, AvroSchema schema)
    {
        var number = LogicalMath.FromTimeOfDay(value.Ticks, Logical(schema).Kind);
        return schema.Type == AvroType.Int ? (object)(int)number : number;
    }

    /// <summary>An instant, in UTC, from its milliseconds, microseconds or nanoseconds since 1970.</summary>
    /// <exception cref="SerializationException">.NET has no such instant (years 1 to 9999).</exception>
    public static DateTimeOffset ToInstant(object value, AvroSchema schema) =>
        LogicalMath.TryTicks(Number(value), Logical(schema).Kind, out var ticks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw Beyond("time");

    /// <summary>The milliseconds, microseconds or nanoseconds of an instant since 1970.</summary>
    /// <exception cref="SerializationException">64 bits are too few for its nanoseconds.</exception>
    public static object FromInstant(DateTimeOffset value, AvroSchema schema) =>
        LogicalMath.TryFromTicks(value.UtcTicks, Logical(schema).Kind, out var number) ? number : throw Beyond("time");

    /// <summary>A date and time of no known zone from its milliseconds, microseconds or nanoseconds since 1970.</summary>
    /// <exception cref="SerializationException">.NET has no such time (years 1 to 9999).</exception>
    public static DateTime ToLocal(object value, AvroSchema schema) =>
        LogicalMath.TryTicks(Number(value), Logical(schema).Kind, out var ticks) ? new DateTime(ticks, DateTimeKind.Unspecified) : throw Beyond("time");

    /// <summary>The milliseconds, microseconds or nanoseconds of a date and time since 1970, as its clock shows it.</summary>
    /// <exception cref="SerializationException">64 bits are too few for its nanoseconds.</exception>
    public static object FromLocal(DateTime value, AvroSchema schema) =>
        LogicalMath.TryFromTicks(value.Ticks, Logical(schema).Kind, out var number) ? number : throw Beyond("time");

    /// <summary>A duration from its 12 bytes.</summary>
    public static AvroDuration ToDuration(object value) => LogicalMath.Duration(Bytes(value));

    /// <summary>The 12 bytes of a duration.</summary>
    public static GenericFixed FromDuration(AvroDuration value, AvroSchema schema)
    {
        var bytes = new byte[12];
        LogicalMath.Write(value, bytes);
        return new GenericFixed((FixedSchema)schema, bytes);
    }

    private static AvroLogicalType Logical(AvroSchema schema) =>
        schema.LogicalType ?? throw new ArgumentException("The schema has no logical type.", nameof(schema));

    private static byte[] Bytes(object value) => value is GenericFixed bytes ? bytes.Value : (byte[])value;

    private static long Number(object value) => value is int number ? number : (long)value;

    private static SerializationException Beyond(string what) => new($"A {what} is beyond what can be said.");
}
