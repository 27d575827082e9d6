namespace MedStreams.Streams.State;

/// <summary>
/// Keys from <see cref="Lower"/> (included) to <see cref="Upper"/> (excluded), in the order of their bytes; an empty bound is open.
/// </summary>
internal readonly record struct KeyRange(byte[] Lower, byte[] Upper)
{
    public static KeyRange All { get; } = new([], []);

    /// <summary>Keys between both, which are included; null is open.</summary>
    public static KeyRange Between(byte[]? from, byte[]? to) => new(from ?? [], to is null ? [] : [.. to, 0]);

    /// <summary>Keys that begin with a prefix.</summary>
    public static KeyRange Prefix(byte[] prefix) => new(prefix, After(prefix));

    /// <summary>True where no key can lie between the bounds.</summary>
    public bool IsEmpty => Upper.Length > 0 && Lower.AsSpan().SequenceCompareTo(Upper) >= 0;

    /// <summary>The smallest key above all that begin with a prefix; empty where there is none.</summary>
    public static byte[] After(ReadOnlySpan<byte> prefix)
    {
        var length = prefix.Length;
        while (length > 0 && prefix[length - 1] == byte.MaxValue)
            length--;
        var after = prefix[..length].ToArray();
        if (length > 0)
            after[length - 1]++;
        return after;
    }

    public bool IsBelowUpper(ReadOnlySpan<byte> key) => Upper.Length == 0 || key.SequenceCompareTo(Upper) < 0;

    public bool IsAboveLower(ReadOnlySpan<byte> key) => key.SequenceCompareTo(Lower) >= 0;
}
