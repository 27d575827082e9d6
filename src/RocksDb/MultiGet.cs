using System.Runtime.InteropServices;

namespace MedStreams.RocksDb;

/// <summary>
/// Reads many keys of one column family in one call: RocksDB then looks into each file once. Used again and again without allocating.
/// Owned by one thread; values are valid until the next run, <see cref="Clear"/> or <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class MultiGet : IDisposable
{
    private byte[] _keys = new byte[1024];
    private int[] _ends = new int[16];
    private nint[] _values = [];
    private nint[] _errors = [];
    private int _keyBytes;
    private int _found;

    /// <summary>How many keys were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a key; its bytes are copied.</summary>
    /// <returns>Its index, for <see cref="TryGet"/>.</returns>
    public int Add(ReadOnlySpan<byte> key)
    {
        if (_found > 0)
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
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _found);
        value = default;
        if (_values[index] == 0)
            return false;
        var bytes = Native.PinnableSliceValue(_values[index], out var length);
        value = new ReadOnlySpan<byte>(bytes, checked((int)length));
        return true;
    }

    /// <summary>Forgets keys and values.</summary>
    public void Clear()
    {
        FreeValues();
        Count = 0;
        _keyBytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    internal void Run(DatabaseHandle database, ReadOptionsHandle options, ColumnFamilyHandle columnFamily)
    {
        FreeValues();
        if (Count == 0)
            return;
        if (_values.Length < Count)
            (_values, _errors) = (new nint[_ends.Length], new nint[_ends.Length]);
        Array.Clear(_errors);
        Array.Clear(_values);
        var addresses = (byte**)NativeMemory.Alloc((nuint)Count, (nuint)sizeof(nint));
        var lengths = (nuint*)NativeMemory.Alloc((nuint)Count, (nuint)sizeof(nuint));
        try
        {
            fixed (byte* keys = _keys)
            fixed (nint* values = _values, errors = _errors)
            {
                for (var i = 0; i < Count; i++)
                {
                    var start = i == 0 ? 0 : _ends[i - 1];
                    addresses[i] = keys + start;
                    lengths[i] = (nuint)(_ends[i] - start);
                }

                Native.BatchedMultiGet(
                    database, options, columnFamily, (nuint)Count, addresses, lengths, values, errors, sortedInput: 0);
            }
        }
        finally
        {
            NativeMemory.Free(addresses);
            NativeMemory.Free(lengths);
        }

        _found = Count;
        foreach (var value in _values.AsSpan(0, Count))
        {
            if (value != 0)
                RocksDbDiagnostics.Allocated();
        }

        ThrowFirstError();
    }

    private void ThrowFirstError()
    {
        RocksDbException? first = null;
        foreach (var error in _errors.AsSpan(0, Count))
        {
            if (error == 0)
                continue;
            var taken = Native.TakeError(error);
            first ??= taken;
        }

        if (first is null)
            return;
        Clear();
        throw first;
    }

    private void FreeValues()
    {
        foreach (var value in _values.AsSpan(0, _found))
        {
            if (value == 0)
                continue;
            Native.PinnableSliceDestroy(value);
            RocksDbDiagnostics.Freed();
        }

        _found = 0;
    }
}
