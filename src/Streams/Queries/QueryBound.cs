using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams;

/// <summary>
/// An end of a range of keys, included. A key converts to it, so that <c>Range(5, null)</c> works for keys that are values too: null, also as a
/// null key, is an open end.
/// </summary>
/// <param name="Key">The key; null is an open end.</param>
public readonly record struct QueryBound<TKey>(TKey Key)
{
    /// <summary>A range that ends with the key; open where it is null.</summary>
    public static implicit operator QueryBound<TKey>([AllowNull] TKey key) => new(key!);

    /// <summary>A range that ends with the key; open where it is null.</summary>
    public static QueryBound<TKey> FromTKey([AllowNull] TKey key) => new(key!);
}
