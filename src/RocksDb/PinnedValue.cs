namespace MedStreams.RocksDb;

/// <summary>
/// A value in RocksDB's own memory, valid until it is disposed of. It lives on the stack of its reader, who disposes of it soon, since it keeps
/// the database open; a second disposal does nothing.
/// </summary>
public readonly unsafe ref struct PinnedValue
{
    private readonly PinnedHandle? _handle;
    private readonly int _version;

    internal PinnedValue(nint slice, DatabaseHandle database)
    {
        if (slice == 0)
            return;
        _handle = PinnedHandle.Own(slice, database);
        _version = _handle.Version;
    }

    /// <summary>False where the key has no value.</summary>
    public bool Exists => _handle is not null;

    /// <summary>The bytes; empty where the key has no value.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    public ReadOnlySpan<byte> Span
    {
        get
        {
            if (_handle is null)
                return default;
            ObjectDisposedException.ThrowIf(_handle.Version != _version, typeof(PinnedValue));
            var value = Native.PinnableSliceValue(_handle.Pointer, out var length);
            return new ReadOnlySpan<byte>(value, checked((int)length));
        }
    }

    /// <summary>Gives the memory back; the span must not be used any more.</summary>
    public void Dispose()
    {
        if (_handle is not null && _handle.Version == _version)
            _handle.GiveBack();
    }
}
