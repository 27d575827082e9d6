using System.Numerics;

namespace MedStreams.Broker.Protocol;

/// <summary>
/// Numbers of variable length as Kafka writes them: seven bits a byte, lowest first, the high bit set on all but the
/// last; signed ones are zigzag coded first (0, -1, 1, -2, ...).
/// </summary>
internal static class Varint
{
    /// <summary>The largest number of bytes of a 32-bit number.</summary>
    public const int MaxSize32 = 5;

    /// <summary>The largest number of bytes of a 64-bit number.</summary>
    public const int MaxSize64 = 10;

    /// <summary>How many bytes an unsigned number takes.</summary>
    public static int SizeOf(uint value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>How many bytes an unsigned number takes.</summary>
    public static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Writes an unsigned number and answers its size in bytes.</summary>
    public static int Write(Span<byte> target, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }

    /// <summary>Writes a signed number, zigzag coded, and answers its size in bytes.</summary>
    public static int WriteSigned(Span<byte> target, long value) => Write(target, ZigZag(value));

    /// <summary>How many bytes a signed number takes, zigzag coded.</summary>
    public static int SizeOfSigned(long value) => SizeOf(ZigZag(value));

    /// <summary>
    /// Reads an unsigned number of up to 32 bits. Answers how many bytes it takes, or 0 if the bytes end within it or
    /// it is too large.
    /// </summary>
    public static int TryRead(ReadOnlySpan<byte> source, out uint value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < MaxSize32; i++)
        {
            var b = source[i];
            if (i == MaxSize32 - 1 && b > 0x0F)
                break;
            value |= (uint)(b & 0x7F) << (7 * i);
            if (b < 0x80)
                return i + 1;
        }

        value = 0;
        return 0;
    }

    /// <summary>
    /// Reads a signed number of up to 32 bits. Answers how many bytes it takes, or 0 if the bytes end within it or it
    /// is too large.
    /// </summary>
    public static int TryReadSigned(ReadOnlySpan<byte> source, out int value)
    {
        var size = TryRead(source, out var coded);
        value = (int)(coded >> 1) ^ -(int)(coded & 1);
        return size;
    }

    /// <summary>
    /// Reads a signed number of up to 64 bits. Answers how many bytes it takes, or 0 if the bytes end within it or it
    /// is too large.
    /// </summary>
    public static int TryReadSigned(ReadOnlySpan<byte> source, out long value)
    {
        ulong coded = 0;
        for (var i = 0; i < source.Length && i < MaxSize64; i++)
        {
            var b = source[i];
            if (i == MaxSize64 - 1 && b > 1)
                break;
            coded |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                value = (long)(coded >> 1) ^ -(long)(coded & 1);
                return i + 1;
            }
        }

        value = 0;
        return 0;
    }

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));
}
