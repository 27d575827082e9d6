using System.Collections;

namespace MedStreams.Streams;

/// <summary>One record header: a name and bytes, which may be null.</summary>
/// <param name="Key">The name; not unique within a record.</param>
/// <param name="Value">The bytes; null is a value of its own and differs from empty.</param>
public readonly record struct Header(string Key, ReadOnlyMemory<byte>? Value);

/// <summary>
/// The headers of a record, in order. Immutable, so records may share them; <see cref="With"/> and
/// <see cref="Without"/> answer changed copies. Safe for use by several threads.
/// </summary>
public sealed class Headers : IReadOnlyList<Header>, IEquatable<Headers>
{
    private readonly Header[] _items;

    /// <summary>Headers in the given order.</summary>
    public Headers(params ReadOnlySpan<Header> items) => _items = items.ToArray();

    private Headers(Header[] owned, bool _) => _items = owned;

    /// <summary>No header at all.</summary>
    public static Headers Empty { get; } = new([], true);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public Header this[int index] => _items[index];

    /// <summary>A copy with one header more, at the end.</summary>
    public Headers With(string key, ReadOnlyMemory<byte>? value) => new([.. _items, new Header(key, value)], true);

    /// <summary>A copy without any header of that name; this instance where there is none.</summary>
    public Headers Without(string key) =>
        Array.Exists(_items, h => h.Key == key) ? new(Array.FindAll(_items, h => h.Key != key), true) : this;

    /// <summary>The last header of that name (Kafka's <c>lastHeader</c>), or null.</summary>
    public Header? Last(string key)
    {
        for (var i = _items.Length - 1; i >= 0; i--)
        {
            if (_items[i].Key == key)
                return _items[i];
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerator<Header> GetEnumerator() => ((IEnumerable<Header>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Equal names and bytes in equal order.</summary>
    public bool Equals(Headers? other)
    {
        if (other is null || other._items.Length != _items.Length)
            return false;
        for (var i = 0; i < _items.Length; i++)
        {
            var (mine, theirs) = (_items[i], other._items[i]);
            if (mine.Key != theirs.Key || mine.Value.HasValue != theirs.Value.HasValue)
                return false;
            if (mine.Value is { } a && theirs.Value is { } b && !a.Span.SequenceEqual(b.Span))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Headers);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
            hash.Add(item.Key);
        return hash.ToHashCode();
    }
}
