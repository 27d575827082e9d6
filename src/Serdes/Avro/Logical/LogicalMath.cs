using System.Buffers.Binary;
using System.Numerics;

namespace MedStreams.Serialization.Avro;

/// <summary>Logical types from their base values and back. What cannot be said in the other form answers false.</summary>
internal static class LogicalMath
{
    private const long TicksOfDay = TimeSpan.TicksPerDay;

    /// <summary>.NET's ticks since 0001-01-01 of a time that counts from 1970 on.</summary>
    public static bool TryTicks(long value, AvroLogicalKind kind, out long ticks)
    {
        var (factor, divisor) = UnitOf(kind);
        var exact = ((Int128)value * factor) - (((value % divisor) + divisor) % divisor);
        exact = (exact / divisor) + DateTime.UnixEpoch.Ticks;
        ticks = (long)exact;
        return exact >= DateTime.MinValue.Ticks && exact <= DateTime.MaxValue.Ticks;
    }

    /// <summary>A time in the unit of its type, rounded down; false where 64 bits are too few.</summary>
    public static bool TryFromTicks(long ticks, AvroLogicalKind kind, out long value)
    {
        var (factor, divisor) = UnitOf(kind);
        ticks -= DateTime.UnixEpoch.Ticks;
        var exact = (Int128)ticks * divisor;
        exact = exact >= 0 ? exact / factor : (exact - factor + 1) / factor;
        value = (long)exact;
        return exact >= long.MinValue && exact <= long.MaxValue;
    }

    /// <summary>A time of day in ticks.</summary>
    public static bool TryTimeOfDay(long value, AvroLogicalKind kind, out long ticks)
    {
        var factor = UnitOf(kind).Factor;
        ticks = unchecked(value * factor);
        return value >= 0 && value < TicksOfDay / factor;
    }

    /// <summary>A time of day in the unit of its type, rounded down.</summary>
    public static long FromTimeOfDay(long ticks, AvroLogicalKind kind) => ticks / UnitOf(kind).Factor;

    public static bool TryDate(long days, out DateOnly date)
    {
        var number = days + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        var fits = number >= DateOnly.MinValue.DayNumber && number <= DateOnly.MaxValue.DayNumber;
        date = fits ? DateOnly.FromDayNumber((int)number) : default;
        return fits;
    }

    public static int FromDate(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static AvroDuration Duration(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));

    public static void Write(AvroDuration duration, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, duration.Months);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], duration.Days);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], duration.Milliseconds);
    }

    /// <summary>Two's complement, big-endian. No bytes at all count as zero.</summary>
    public static AvroDecimal Decimal(ReadOnlySpan<byte> bytes, int scale) => new(new BigInteger(bytes, isBigEndian: true), scale);

    /// <summary>
    /// The number of a decimal type as two's complement, with that type's scale: as few bytes as it needs, or as many as a fixed
    /// has. Null where digits would be lost or are too many.
    /// </summary>
    public static byte[]? FromDecimal(AvroDecimal value, AvroLogicalType type, int? size)
    {
        if (!value.TryRescale(type.Scale, out var scaled) || BigInteger.Abs(scaled.Unscaled) >= BigInteger.Pow(10, type.Precision))
            return null;
        var bytes = scaled.Unscaled.ToByteArray(isBigEndian: true);
        if (size is null || bytes.Length == size)
            return bytes;
        if (bytes.Length > size)
            return null;
        var padded = new byte[size.Value];
        padded.AsSpan().Fill(scaled.Unscaled.Sign < 0 ? (byte)0xFF : (byte)0);
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        return padded;
    }

    /// <summary>How many ticks a unit has, or how many units a tick has.</summary>
    private static (long Factor, long Divisor) UnitOf(AvroLogicalKind kind) => kind switch
    {
        AvroLogicalKind.TimeMillis or AvroLogicalKind.TimestampMillis or AvroLogicalKind.LocalTimestampMillis => (TimeSpan.TicksPerMillisecond, 1),
        AvroLogicalKind.TimeMicros or AvroLogicalKind.TimestampMicros or AvroLogicalKind.LocalTimestampMicros => (TimeSpan.TicksPerMicrosecond, 1),
        _ => (1, TimeSpan.NanosecondsPerTick),
    };
}
