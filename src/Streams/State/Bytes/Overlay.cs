using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>
/// The uncommitted writes of one store: a hash table whose keys and values lie in an arena. Entries are added and
/// changed but never leave it one by one (a deletion is a tombstone), so an entry's index and key stay until <see cref="Clear"/>.
/// An order over the entries is built by the first scan and kept from then on. Owned by the task's thread.
/// </summary>
internal sealed class Overlay
{
    private const int Deleted = -1;
    private const int EntryBytes = 48;

    private readonly ByteArena _arena = new();
    private readonly SortedBlocks<int, Keys> _order;
    private int[] _buckets = new int[16];
    private Entry[] _entries = new Entry[16];
    private int[] _sorted = [];
    private bool _ordered;
    private long _used;

    public Overlay() => _order = new SortedBlocks<int, Keys>(new Keys(this));

    /// <summary>How many keys were written.</summary>
    public int Count { get; private set; }

    /// <summary>About how many bytes of memory are in use.</summary>
    public long Bytes => _used + ((long)Count * EntryBytes);

    /// <summary>Changes with each <see cref="Clear"/>: indexes from before mean nothing afterwards.</summary>
    public int Generation { get; private set; }

    /// <summary>The entries in the order of their keys.</summary>
    public SortedBlocks<int, Keys> Ordered
    {
        get
        {
            if (!_ordered)
                Sort();
            return _order;
        }
    }

    /// <summary>The index of a key's entry; -1 where it was not written.</summary>
    public int Find(ReadOnlySpan<byte> key) => Count == 0 ? -1 : Find(key, ByteHash.Of(key));

    /// <summary>As <see cref="Find(ReadOnlySpan{byte})"/>, with the key's <see cref="ByteHash"/>.</summary>
    public int Find(ReadOnlySpan<byte> key, uint hash)
    {
        for (var i = _buckets[hash & (uint)(_buckets.Length - 1)] - 1; i >= 0; i = _entries[i].Next)
        {
            ref var entry = ref _entries[i];
            if (entry.Hash == hash && _arena[entry.Key].SequenceEqual(key))
                return i;
        }

        return -1;
    }

    public ReadOnlySpan<byte> Key(int index) => _arena[_entries[index].Key];

    /// <summary>The <see cref="ByteHash"/> of an entry's key.</summary>
    public uint Hash(int index) => _entries[index].Hash;

    public bool IsDeleted(int index) => _entries[index].Length == Deleted;

    /// <summary>The value of an entry; empty where it was deleted.</summary>
    public ReadOnlySpan<byte> Value(int index)
    {
        ref var entry = ref _entries[index];
        return entry.Length <= 0 ? default : _arena[entry.Value][..entry.Length];
    }

    /// <summary>The place of an entry's value, to be read with <see cref="Read"/> after it was replaced; null: deleted.</summary>
    public ArenaSlice? ValueSlice(int index)
    {
        ref var entry = ref _entries[index];
        return entry.Length == Deleted ? null : entry.Value with { Length = entry.Length };
    }

    public ReadOnlySpan<byte> Read(ArenaSlice slice) => _arena[slice];

    /// <summary>Writes a value or a tombstone.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; ignored for a tombstone.</param>
    /// <param name="delete">True for a tombstone.</param>
    /// <param name="keepOld">True where the bytes of the value until now are still needed.</param>
    /// <returns>The index of the entry.</returns>
    public int Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete, bool keepOld = false) =>
        Set(key, ByteHash.Of(key), value, delete, keepOld);

    /// <summary>As the other one, with the key's <see cref="ByteHash"/>.</summary>
    public int Set(ReadOnlySpan<byte> key, uint hash, ReadOnlySpan<byte> value, bool delete, bool keepOld = false)
    {
        var index = Find(key, hash);
        if (index < 0)
            index = Add(key, hash);
        ref var entry = ref _entries[index];
        if (delete)
        {
            entry.Length = Deleted;
            if (keepOld)
                entry.Value = default;
            return index;
        }

        if (keepOld || value.Length > entry.Value.Length)
        {
            // Room to grow in place: counters and aggregates come again and again, a little longer.
            var room = (value.Length + 7) & ~7;
            entry.Value = _arena.Allocate(room);
            _used += room;
        }

        entry.Length = value.Length;
        value.CopyTo(_arena[entry.Value]);
        return index;
    }

    /// <summary>The indexes of all entries in the order of their keys, for a writer that profits from order; valid until the next call.</summary>
    public ReadOnlySpan<int> Sorted()
    {
        if (_sorted.Length < Count)
            _sorted = new int[_entries.Length];
        var indexes = _sorted.AsSpan(0, Count);
        for (var i = 0; i < indexes.Length; i++)
            indexes[i] = i;
        if (Count < 2)
            return indexes;

        // Numbers sort much faster than spans: eight bytes of each key, from where they begin to differ.
        var common = CommonPrefix();
        var heads = ArrayPool<ulong>.Shared.Rent(Count);
        for (var i = 0; i < indexes.Length; i++)
            heads[i] = Head(Key(i)[common..]);
        Array.Sort(heads, _sorted, 0, Count);
        for (int from = 0, to = 1; from < Count; from = to++)
        {
            while (to < Count && heads[to] == heads[from])
                to++;
            if (to - from > 1)
                indexes[from..to].Sort((a, b) => Key(a).SequenceCompareTo(Key(b)));
        }

        ArrayPool<ulong>.Shared.Return(heads);
        return indexes;
    }

    public void Clear()
    {
        Generation++;
        _arena.Clear();
        _order.Clear();
        _ordered = false;
        Count = 0;
        _used = 0;
        if (_entries.Length > 64 * 1024)
        {
            _buckets = new int[16];
            _entries = new Entry[16];
            _sorted = [];
        }
        else
        {
            Array.Clear(_buckets);
        }
    }

    private int Add(ReadOnlySpan<byte> key, uint hash)
    {
        if (Count == _entries.Length)
            Grow();
        var slice = _arena.Allocate(key.Length);
        key.CopyTo(_arena[slice]);
        _used += key.Length;
        ref var bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        var index = Count++;
        _entries[index] = new Entry { Hash = hash, Next = bucket - 1, Key = slice, Length = Deleted };
        bucket = index + 1;
        if (_ordered)
            _order.Insert(_order.Seek(key, out _), index);
        return index;
    }

    private void Grow()
    {
        var size = checked(_entries.Length * 2);
        Array.Resize(ref _entries, size);
        _buckets = new int[size];
        for (var i = 0; i < Count; i++)
        {
            ref var bucket = ref _buckets[_entries[i].Hash & (uint)(size - 1)];
            _entries[i].Next = bucket - 1;
            bucket = i + 1;
        }
    }

    // Shorter keys are filled with zeros, so equal heads say nothing yet.
    private static ulong Head(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        Span<byte> head = stackalloc byte[sizeof(ulong)];
        head.Clear();
        key.CopyTo(head);
        return BinaryPrimitives.ReadUInt64BigEndian(head);
    }

    private int CommonPrefix()
    {
        var first = Key(0);
        var common = first.Length;
        for (var i = 1; i < Count && common > 0; i++)
            common = Key(i)[..Math.Min(common, Key(i).Length)].CommonPrefixLength(first);
        return common;
    }

    private void Sort()
    {
        _order.Load(Sorted());
        _ordered = true;
    }

    /// <summary>Reads the key of an entry by its index.</summary>
    internal readonly struct Keys(Overlay overlay) : IKeyOf<int>
    {
        public ReadOnlySpan<byte> KeyOf(int item) => overlay.Key(item);
    }

    private struct Entry
    {
        public uint Hash;
        public int Next;
        public ArenaSlice Key;
        public ArenaSlice Value;
        public int Length;
    }
}
