namespace MedStreams.RocksDb;

/// <summary>
/// Walks the keys of a column family in the order of their bytes, over the state at the moment it was made. Owned by one
/// thread; dispose it soon, since it keeps old files alive. Keys and values are valid until the next move.
/// </summary>
public sealed unsafe class RocksIterator : IDisposable
{
    private readonly IteratorHandle _handle;

    internal RocksIterator(
        DatabaseHandle database, ColumnFamily columnFamily, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) =>
        _handle = new IteratorHandle(database, columnFamily.Handle, lower, upper);

    /// <summary>True while it stands on a key; false beyond either end.</summary>
    public bool Valid => Native.IteratorValid(Pointer) != 0;

    /// <summary>The key it stands on.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            var key = Native.IteratorKey(Pointer, out var length);
            return new ReadOnlySpan<byte>(key, checked((int)length));
        }
    }

    /// <summary>The value it stands on.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            var value = Native.IteratorValue(Pointer, out var length);
            return new ReadOnlySpan<byte>(value, checked((int)length));
        }
    }

    private nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle.DangerousGetHandle();
        }
    }

    /// <summary>Goes to the first key within the bounds.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool SeekToFirst()
    {
        Native.IteratorSeekToFirst(Pointer);
        return Moved();
    }

    /// <summary>Goes to the last key within the bounds.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool SeekToLast()
    {
        Native.IteratorSeekToLast(Pointer);
        return Moved();
    }

    /// <summary>Goes to the first key that is not below the given one.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            Native.IteratorSeek(Pointer, k == null ? (byte*)1 : k, (nuint)key.Length);
        return Moved();
    }

    /// <summary>Goes to the last key that is not above the given one.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool SeekForPrevious(ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
            Native.IteratorSeekForPrev(Pointer, k == null ? (byte*)1 : k, (nuint)key.Length);
        return Moved();
    }

    /// <summary>Goes to the next key; answers whether there is one.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool Next()
    {
        Native.IteratorNext(Pointer);
        return Moved();
    }

    /// <summary>Goes to the previous key; answers whether there is one.</summary>
    /// <exception cref="RocksDbException">A file could not be read.</exception>
    public bool Previous()
    {
        Native.IteratorPrev(Pointer);
        return Moved();
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    // An iterator that failed is not valid, just as one that is at its end: only asking tells them apart.
    private bool Moved()
    {
        if (Valid)
            return true;
        Native.IteratorGetError(Pointer, out var error);
        Native.Check(error);
        return false;
    }
}
