namespace MedStreams.RocksDb;

/// <summary>
/// A value in RocksDB's own memory, valid until it is disposed. Not a <see cref="System.Runtime.InteropServices.SafeHandle"/>, so that a read allocates
/// nothing: it lives on the stack of the reader, who disposes it before the database.
/// </summary>
public unsafe ref struct PinnedValue
{
    private nint _slice;

    internal PinnedValue(nint slice)
    {
        _slice = slice;
        if (slice != 0)
            RocksDbDiagnostics.Allocated();
    }

    /// <summary>False where the key has no value.</summary>
    public readonly bool Exists => _slice != 0;

    /// <summary>The bytes; empty where the key has no value.</summary>
    public readonly ReadOnlySpan<byte> Span
    {
        get
        {
            if (_slice == 0)
                return default;
            var value = Native.PinnableSliceValue(_slice, out var length);
            return new ReadOnlySpan<byte>(value, checked((int)length));
        }
    }

    /// <summary>Gives the memory back; the span must not be used any more.</summary>
    public void Dispose()
    {
        if (_slice == 0)
            return;
        Native.PinnableSliceDestroy(_slice);
        _slice = 0;
        RocksDbDiagnostics.Freed();
    }
}
