using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams.State;

/// <summary>The entries that were used last, up to a number of them; a read is a use.</summary>
internal sealed class LruMap(int maxEntries)
{
    private readonly LinkedList<Entry> _order = new();
    private readonly Dictionary<byte[], LinkedListNode<Entry>> _entries = new(ByteKeys.Instance);

    public int Count => _entries.Count;

    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out byte[]? value)
    {
        value = null;
        if (!Find(key, out var node))
            return false;
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Whether an entry is there, which is no use of it.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => Find(key, out _);

    /// <summary>Sets a value; answers the key that had to go for it, if any.</summary>
    public byte[]? Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (Find(key, out var node))
        {
            node.Value = node.Value with { Value = value.ToArray() };
            _order.Remove(node);
            _order.AddLast(node);
            return null;
        }

        var entry = new Entry(key.ToArray(), value.ToArray());
        _entries.Add(entry.Key, _order.AddLast(entry));
        if (_entries.Count <= maxEntries)
            return null;
        var eldest = _order.First!.Value.Key;
        Remove(eldest);
        return eldest;
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        if (!Find(key, out var node))
            return;
        _order.Remove(node);
        _entries.Remove(node.Value.Key);
    }

    private bool Find(ReadOnlySpan<byte> key, [NotNullWhen(true)] out LinkedListNode<Entry>? node) =>
        _entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out node);

    private readonly record struct Entry(byte[] Key, byte[] Value);

    private sealed class ByteKeys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static ByteKeys Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => (int)ByteHash.Of(obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)ByteHash.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
