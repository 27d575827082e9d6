namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Small questions about bytes of text.</summary>
internal static class Ascii
{
    public static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';

    public static bool IsLetter(byte c) => (byte)(c | 0x20) is >= (byte)'a' and <= (byte)'z';

    public static bool IsUpper(byte c) => c is >= (byte)'A' and <= (byte)'Z';

    public static bool IsLower(byte c) => c is >= (byte)'a' and <= (byte)'z';

    public static bool IsLetterOrDigit(byte c) => IsDigit(c) || IsLetter(c);

    public static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    public static bool IsHex(byte c) => IsDigit(c) || (byte)(c | 0x20) is >= (byte)'a' and <= (byte)'f';

    /// <summary>Without white space at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && IsBlank(text[0]))
            text = text[1..];
        return TrimEnd(text);
    }

    /// <summary>Without white space at the end.</summary>
    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0 && IsBlank(text[^1]))
            text = text[..^1];
        return text;
    }

    /// <summary>Cuts off the part before a separator; all of it where there is none.</summary>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, byte separator)
    {
        var at = rest.IndexOf(separator);
        var part = at < 0 ? rest : rest[..at];
        rest = at < 0 ? default : rest[(at + 1)..];
        return part;
    }

    /// <summary>Reads digits at the front, at least <paramref name="min"/> and at most <paramref name="max"/> (up to 9).</summary>
    public static bool TryNumber(ref ReadOnlySpan<byte> rest, int min, int max, out int number)
    {
        number = 0;
        var length = 0;
        while (length < max && length < rest.Length && IsDigit(rest[length]))
            number = (number * 10) + rest[length++] - '0';
        if (length < min)
            return false;
        rest = rest[length..];
        return true;
    }

    /// <summary>Reads one character at the front.</summary>
    public static bool TryEat(ref ReadOnlySpan<byte> rest, byte c)
    {
        if (rest.IsEmpty || rest[0] != c)
            return false;
        rest = rest[1..];
        return true;
    }
}
