using System.Globalization;
using System.Numerics;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// A decimal number of any size: <see cref="Unscaled"/> divided by ten to the power of <see cref="Scale"/>. For numbers that
/// .NET's decimal (28 to 29 digits) cannot hold. Equality compares both parts: 1.0 and 1.00 differ.
/// </summary>
/// <param name="Unscaled">All digits.</param>
/// <param name="Scale">How many of them stand after the point, 0 or more.</param>
public readonly record struct AvroDecimal(BigInteger Unscaled, int Scale)
{
    private const int MostOfDecimal = 28;

    /// <summary>The number with its own scale.</summary>
    public static AvroDecimal FromDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        _ = decimal.GetBits(value, bits);
        var unscaled = (new BigInteger((uint)bits[2]) << 64) | (new BigInteger((uint)bits[1]) << 32) | (uint)bits[0];
        return new AvroDecimal(bits[3] < 0 ? -unscaled : unscaled, value.Scale);
    }

    /// <summary>Reads plain notation: digits, perhaps a sign in front and a point within.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static AvroDecimal Parse(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        return new AvroDecimal(
            BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), point < 0 ? 0 : digits.Length - point);
    }

    /// <summary>The number as .NET's decimal; false where that has too few digits for it.</summary>
    public bool TryToDecimal(out decimal value)
    {
        value = 0;
        var (unscaled, scale) = (Unscaled, Scale);
        while (scale > 0 && (scale > MostOfDecimal || BigInteger.Abs(unscaled) >> 96 != 0) && BigInteger.Remainder(unscaled, 10).IsZero)
        {
            unscaled /= 10;
            scale--;
        }

        var size = BigInteger.Abs(unscaled);
        if (scale > MostOfDecimal || size >> 96 != 0)
            return false;
        value = new decimal(
            (int)(uint)(size & uint.MaxValue), (int)(uint)((size >> 32) & uint.MaxValue), (int)(uint)(size >> 64), unscaled.Sign < 0, (byte)scale);
        return true;
    }

    /// <summary>The same number with another scale; false where digits other than zero would be lost.</summary>
    public bool TryRescale(int scale, out AvroDecimal value)
    {
        if (scale >= Scale)
        {
            value = new AvroDecimal(Unscaled * BigInteger.Pow(10, scale - Scale), scale);
            return true;
        }

        var shortened = BigInteger.DivRem(Unscaled, BigInteger.Pow(10, Scale - scale), out var lost);
        value = new AvroDecimal(shortened, scale);
        return lost.IsZero;
    }

    /// <summary>Plain notation with exactly <see cref="Scale"/> digits after the point.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var sign = Unscaled.Sign < 0 ? "-" : "";
        return Scale == 0 ? sign + digits : $"{sign}{digits[..^Scale]}.{digits[^Scale..]}";
    }
}
