namespace MedStreams.RocksDb;

/// <summary>
/// Reads many keys of one column family in one call: RocksDB then looks into each file once, and into each block once for keys that are near each
/// other. Used again and again without allocating. Owned by one thread; values are valid until the next key is added, the next run,
/// <see cref="Clear"/> or <see cref="Dispose"/>, and keep the database open until then.
/// </summary>
public sealed unsafe class MultiGet : IDisposable
{
    private readonly MultiGetHandle _lists = new();
    private byte[] _keys = new byte[1024];
    private int[] _ends = new int[16];
    private int _keyBytes;

    /// <summary>How many keys were added.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Whether the keys are added in the order of their bytes, so that RocksDB need not sort them. Default false. Keys that are out of order
    /// all the same may not be found.
    /// </summary>
    public bool IsSorted { get; init; }

    /// <summary>Adds a key; its bytes are copied.</summary>
    /// <returns>Its index, for <see cref="TryGet"/>.</returns>
    public int Add(ReadOnlySpan<byte> key)
    {
        if (_lists.Found > 0)
            Clear();
        if (_keyBytes + key.Length > _keys.Length)
            Array.Resize(ref _keys, Math.Max(_keys.Length * 2, _keyBytes + key.Length));
        if (Count == _ends.Length)
            Array.Resize(ref _ends, Count * 2);
        key.CopyTo(_keys.AsSpan(_keyBytes));
        _keyBytes += key.Length;
        _ends[Count] = _keyBytes;
        return Count++;
    }

    /// <summary>The key of an index.</summary>
    public ReadOnlySpan<byte> Key(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _keys.AsSpan(start, _ends[index] - start);
    }

    /// <summary>The value of an index after a run; false where the key has none.</summary>
    public bool TryGet(int index, out ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_lists.Found, nameof(index));
        value = default;
        var slice = _lists.Values[index];
        if (slice == 0)
            return false;
        var bytes = Native.PinnableSliceValue(slice, out var length);
        value = new ReadOnlySpan<byte>(bytes, checked((int)length));
        return true;
    }

    /// <summary>Forgets keys and values.</summary>
    public void Clear()
    {
        _lists.FreeValues();
        Count = 0;
        _keyBytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _lists.Dispose();
    }

    internal void Run(DatabaseHandle database, ReadOptionsHandle options, ColumnFamilyHandle columnFamily)
    {
        ObjectDisposedException.ThrowIf(_lists.IsClosed, this);
        _lists.FreeValues();
        if (Count == 0)
            return;
        _lists.Reserve(_ends.Length);
        fixed (byte* keys = _keys)
        {
            for (var i = 0; i < Count; i++)
            {
                var start = i == 0 ? 0 : _ends[i - 1];
                _lists.Addresses[i] = keys + start;
                _lists.Lengths[i] = (nuint)(_ends[i] - start);
            }

            _lists.Read(database, options, columnFamily, Count, IsSorted);
        }
    }
}
