using System.Buffers.Binary;

namespace MedStreams.Serialization.Avro;

/// <summary>Decimals as bytes. Those of up to 8 bytes, which are nearly all, take no allocation.</summary>
internal static class DecimalScalar
{
    /// <summary>The largest power of ten that a .NET decimal of 96 bits may be multiplied by within 128 bits.</summary>
    private const int SafeScaling = 9;

    /// <summary>The largest number of digits whose power of ten 128 bits hold.</summary>
    private const int SafePrecision = 38;

    public static MadeScalar Decimal(AvroLogicalType type, int? size) => new(
        _ => new SpanDecoder<decimal>(size, (ReadOnlySpan<byte> bytes, out decimal value) => TryRead(bytes, type.Scale, out value)),
        place => new ValueEncoder<decimal>(place, (ref AvroWriter writer, decimal value) => TryWrite(ref writer, value, type, size)));

    public static MadeScalar AvroDecimal(AvroLogicalType type, int? size) => new(
        _ => new SpanDecoder<AvroDecimal>(size, (ReadOnlySpan<byte> bytes, out AvroDecimal value) =>
        {
            value = LogicalMath.Decimal(bytes, type.Scale);
            return true;
        }),
        place => new ValueEncoder<AvroDecimal>(place, (ref AvroWriter writer, AvroDecimal value) => TryWriteLarge(ref writer, value, type, size)));

    private static bool TryRead(ReadOnlySpan<byte> bytes, int scale, out decimal value)
    {
        if (bytes.Length > 8 || scale > 28)
            return LogicalMath.Decimal(bytes, scale).TryToDecimal(out value);
        var number = bytes.Length > 0 && (sbyte)bytes[0] < 0 ? -1L : 0L;
        foreach (var next in bytes)
            number = (number << 8) | next;
        var size = (ulong)(number < 0 ? -number : number);
        value = new decimal((int)size, (int)(size >> 32), 0, number < 0, (byte)scale);
        return true;
    }

    private static bool TryWrite(ref AvroWriter writer, decimal value, AvroLogicalType type, int? size)
    {
        var more = type.Scale - value.Scale;
        if (more is < 0 or > SafeScaling || type.Precision > SafePrecision)
            return TryWriteLarge(ref writer, Avro.AvroDecimal.FromDecimal(value), type, size);
        Span<int> bits = stackalloc int[4];
        _ = decimal.GetBits(value, bits);
        var unscaled = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        unscaled *= Power(more);
        if (unscaled >= Power(type.Precision))
            return false;
        return TryWriteComplement(ref writer, bits[3] < 0 ? -unscaled : unscaled, size);
    }

    private static bool TryWriteComplement(ref AvroWriter writer, Int128 number, int? size)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(bytes, number);
        var skip = 0;
        var sign = number < 0 ? (byte)0xFF : (byte)0;
        while (skip < 15 && bytes[skip] == sign && ((bytes[skip + 1] ^ sign) & 0x80) == 0)
            skip++;
        var shortest = bytes[skip..];
        if (size is not { } count)
        {
            writer.WriteBytes(shortest);
            return true;
        }

        if (shortest.Length > count)
            return false;
        Span<byte> padding = [sign];
        for (var i = shortest.Length; i < count; i++)
            writer.WriteRaw(padding);
        writer.WriteRaw(shortest);
        return true;
    }

    private static bool TryWriteLarge(ref AvroWriter writer, AvroDecimal value, AvroLogicalType type, int? size)
    {
        if (LogicalMath.FromDecimal(value, type, size) is not { } bytes)
            return false;
        if (size is null)
            writer.WriteBytes(bytes);
        else
            writer.WriteRaw(bytes);
        return true;
    }

    private static Int128 Power(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }
}
