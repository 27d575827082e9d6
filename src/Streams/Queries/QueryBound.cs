namespace MedStreams.Streams;

/// <summary>An end of a range of keys, included. A key converts to it; null is an open end.</summary>
/// <param name="Key">The key.</param>
public readonly record struct QueryBound<TKey>(TKey Key)
{
    /// <summary>A range that ends with the key.</summary>
    public static implicit operator QueryBound<TKey>(TKey key) => new(key);

    /// <summary>A range that ends with the key.</summary>
    public static QueryBound<TKey> FromTKey(TKey key) => new(key);
}
