using System.Buffers.Text;
using System.Numerics;

namespace MedStreams.Serialization.Avro;

/// <summary>Which types of .NET stand for which types of Avro that have no parts.</summary>
internal static class Scalars
{
    /// <summary>How a type of .NET stands for a schema, or null where it does not.</summary>
    public static Scalar? Find(Type type, AvroSchema schema) => schema.Type switch
    {
        AvroType.Boolean when type == typeof(bool) => new MadeScalar(_ => new BooleanDecoder(), _ => new BooleanEncoder()),
        AvroType.Int or AvroType.Long => OfNumber(type, schema),
        AvroType.Float when type == typeof(float) => new MadeScalar(writer => new SingleDecoder(writer), _ => new SingleEncoder()),
        AvroType.Float or AvroType.Double when type == typeof(double) && schema.Type == AvroType.Double =>
            new MadeScalar(writer => new DoubleDecoder(writer), _ => new DoubleEncoder()),
        AvroType.String => OfText(type, schema),
        AvroType.Bytes or AvroType.Fixed => OfBytes(type, schema),
        _ => null,
    };

    private static MadeScalar? OfNumber(Type type, AvroSchema schema)
    {
        if (type == typeof(int) && schema.Type == AvroType.Int)
            return new MadeScalar(_ => new Int32Decoder(), _ => new Int32Encoder());
        if (type == typeof(long) && schema.Type == AvroType.Long)
            return new MadeScalar(writer => new Int64Decoder(writer), _ => new Int64Encoder());
        if (type == typeof(int))
            return Integer<int>();
        if (type == typeof(short))
            return Integer<short>();
        if (type == typeof(ushort))
            return Integer<ushort>();
        if (type == typeof(sbyte))
            return Integer<sbyte>();
        if (type == typeof(byte))
            return Integer<byte>();
        if (type == typeof(uint) && schema.Type == AvroType.Long)
            return Integer<uint>();
        return schema.LogicalType is { } logical ? OfTime(type, logical.Kind) : null;
    }

    private static MadeScalar Integer<T>()
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var (least, most) = (long.CreateChecked(T.MinValue), long.CreateChecked(T.MaxValue));
        return Number(
            (long number, out T value) =>
            {
                value = T.CreateTruncating(number);
                return number >= least && number <= most;
            },
            (T value, out long number) =>
            {
                number = long.CreateChecked(value);
                return true;
            });
    }

    private static MadeScalar Number<T>(FromNumber<T> from, ToNumber<T> to) =>
        new(writer => new NumberDecoder<T>(writer, from), place => new NumberEncoder<T>(place, to));

    private static MadeScalar? OfTime(Type type, AvroLogicalKind kind) => kind switch
    {
        AvroLogicalKind.Date when type == typeof(DateOnly) => Number<DateOnly>(LogicalMath.TryDate, ToDays),
        AvroLogicalKind.TimeMillis or AvroLogicalKind.TimeMicros when type == typeof(TimeOnly) => Number(
            (long number, out TimeOnly value) => Ticks(LogicalMath.TryTimeOfDay(number, kind, out var ticks), ticks, static t => new TimeOnly(t), out value),
            (TimeOnly value, out long number) => Always(LogicalMath.FromTimeOfDay(value.Ticks, kind), out number)),
        AvroLogicalKind.TimeMillis or AvroLogicalKind.TimeMicros when type == typeof(TimeSpan) => Number(
            (long number, out TimeSpan value) => Ticks(LogicalMath.TryTimeOfDay(number, kind, out var ticks), ticks, static t => new TimeSpan(t), out value),
            (TimeSpan value, out long number) =>
                Always(LogicalMath.FromTimeOfDay(value.Ticks, kind), out number) && value >= TimeSpan.Zero && value < TimeSpan.FromDays(1)),
        AvroLogicalKind.TimestampMillis or AvroLogicalKind.TimestampMicros or AvroLogicalKind.TimestampNanos when type == typeof(DateTimeOffset) => Number(
            (long number, out DateTimeOffset value) =>
                Ticks(LogicalMath.TryTicks(number, kind, out var ticks), ticks, static t => new DateTimeOffset(t, TimeSpan.Zero), out value),
            (DateTimeOffset value, out long number) => LogicalMath.TryFromTicks(value.UtcTicks, kind, out number)),
        AvroLogicalKind.TimestampMillis or AvroLogicalKind.TimestampMicros or AvroLogicalKind.TimestampNanos when type == typeof(DateTime) => Number(
            (long number, out DateTime value) =>
                Ticks(LogicalMath.TryTicks(number, kind, out var ticks), ticks, static t => new DateTime(t, DateTimeKind.Utc), out value),
            (DateTime value, out long number) => LogicalMath.TryFromTicks(value.Ticks, kind, out number) && value.Kind == DateTimeKind.Utc),
        AvroLogicalKind.LocalTimestampMillis or AvroLogicalKind.LocalTimestampMicros or AvroLogicalKind.LocalTimestampNanos when type == typeof(DateTime) => Number(
            (long number, out DateTime value) =>
                Ticks(LogicalMath.TryTicks(number, kind, out var ticks), ticks, static t => new DateTime(t, DateTimeKind.Unspecified), out value),
            (DateTime value, out long number) => LogicalMath.TryFromTicks(value.Ticks, kind, out number)),
        _ => null,
    };

    private static bool ToDays(DateOnly value, out long number) => Always(LogicalMath.FromDate(value), out number);

    private static bool Always(long from, out long number)
    {
        number = from;
        return true;
    }

    private static bool Ticks<T>(bool fits, long ticks, Func<long, T> make, out T value)
    {
        value = fits ? make(ticks) : default!;
        return fits;
    }

    private static MadeScalar? OfText(Type type, AvroSchema schema)
    {
        if (type == typeof(string))
            return new MadeScalar(_ => new StringDecoder(), place => new StringEncoder(place));
        return type == typeof(Guid) && schema.LogicalType?.Kind == AvroLogicalKind.Uuid
            ? new MadeScalar(_ => new SpanDecoder<Guid>(null, FromText), place => new ValueEncoder<Guid>(place, WriteText))
            : null;
    }

    private static bool FromText(ReadOnlySpan<byte> text, out Guid value) =>
        Utf8Parser.TryParse(text, out value, out var used, 'D') && used == text.Length;

    private static bool WriteText(ref AvroWriter writer, Guid value)
    {
        Span<byte> text = stackalloc byte[36];
        _ = value.TryFormat(text, out _, "D");
        writer.WriteBytes(text);
        return true;
    }

    private static MadeScalar? OfBytes(Type type, AvroSchema schema)
    {
        var size = (schema as FixedSchema)?.Size;
        if (type == typeof(byte[]))
        {
            return size is { } count
                ? new MadeScalar(_ => new FixedDecoder(count), place => new FixedEncoder(place, count))
                : new MadeScalar(_ => new BytesDecoder(), place => new BytesEncoder(place));
        }

        if (type == typeof(ReadOnlyMemory<byte>))
            return Memory(size);
        return (schema.LogicalType?.Kind, type) switch
        {
            (AvroLogicalKind.Uuid, _) when type == typeof(Guid) => Bytes<Guid>(size, FromBytes, WriteBytes),
            (AvroLogicalKind.Duration, _) when type == typeof(AvroDuration) => Bytes<AvroDuration>(size, ToDuration, WriteDuration),
            (AvroLogicalKind.Decimal, _) when type == typeof(decimal) => DecimalScalar.Decimal(schema.LogicalType!, size),
            (AvroLogicalKind.Decimal, _) when type == typeof(AvroDecimal) => DecimalScalar.AvroDecimal(schema.LogicalType!, size),
            _ => null,
        };
    }

    private static MadeScalar Memory(int? size) => Bytes<ReadOnlyMemory<byte>>(
        size,
        static (ReadOnlySpan<byte> bytes, out ReadOnlyMemory<byte> value) =>
        {
            value = bytes.ToArray();
            return true;
        },
        (ref AvroWriter writer, ReadOnlyMemory<byte> value) =>
        {
            if (size is null)
                writer.WriteBytes(value.Span);
            else
                writer.WriteRaw(value.Span);
            return size is null || size == value.Length;
        });

    private static MadeScalar Bytes<T>(int? size, FromBytes<T> from, WriteValue<T> write) =>
        new(_ => new SpanDecoder<T>(size, from), place => new ValueEncoder<T>(place, write));

    private static bool FromBytes(ReadOnlySpan<byte> bytes, out Guid value)
    {
        value = new Guid(bytes, bigEndian: true);
        return true;
    }

    private static bool WriteBytes(ref AvroWriter writer, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = value.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteRaw(bytes);
        return true;
    }

    private static bool ToDuration(ReadOnlySpan<byte> bytes, out AvroDuration value)
    {
        value = LogicalMath.Duration(bytes);
        return true;
    }

    private static bool WriteDuration(ref AvroWriter writer, AvroDuration value)
    {
        Span<byte> bytes = stackalloc byte[12];
        LogicalMath.Write(value, bytes);
        writer.WriteRaw(bytes);
        return true;
    }
}
