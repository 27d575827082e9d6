using MedStreams.RocksDb;

namespace MedStreams.Streams.State;

/// <summary>A value where it lies: in an overlay, in memory or in RocksDB. Valid until it is disposed or the store is written.</summary>
internal ref struct StoreValue
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly PinnedValue _pinned;

    public StoreValue(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Exists = true;
    }

    public StoreValue(PinnedValue pinned)
    {
        _pinned = pinned;
        _bytes = pinned.Span;
        Exists = pinned.Exists;
    }

    public static StoreValue None => default;

    public bool Exists { get; }

    public readonly ReadOnlySpan<byte> Bytes => _bytes;

    public void Dispose() => _pinned.Dispose();
}
