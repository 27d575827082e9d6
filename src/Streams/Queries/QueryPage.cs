namespace MedStreams.Streams;

/// <summary>Where a query with more entries than it may answer goes on. Means something to the same query on the same partition only.</summary>
/// <param name="Bytes">The bytes of the last entry's key, as the store keeps it.</param>
public sealed record QueryContinuation(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is another one.</exception>
    public static QueryContinuation Parse(string text) => new(Convert.FromHexString(text));

    /// <summary>As text for an address: hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes.Span);
}

/// <summary>Entries of a store, in its order.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Next">Where to go on; null where there are no more entries.</param>
public sealed record QueryPage<TEntry>(IReadOnlyList<TEntry> Entries, QueryContinuation? Next);
