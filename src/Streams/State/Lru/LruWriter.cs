namespace MedStreams.Streams.State;

/// <summary>
/// Keeps a store to the entries that were used last (Kafka Streams' <c>MemoryNavigableLRUCache</c>): what goes is deleted, and logged as
/// deleted.
/// </summary>
internal sealed class LruWriter(StoreBytes store, LruMap entries, ChangeLogger? changelog) : StoreWriter
{
    public override bool HasUnflushed => false;

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete)
    {
        store.Overlay.Set(key, value, delete);
        changelog?.Log(key, value, delete);
        if (delete)
            entries.Remove(key);
        else if (entries.Put(key, value) is { } gone)
        {
            store.Overlay.Set(gone, default, delete: true);
            changelog?.Log(gone, default, delete: true);
        }
    }

    public override void Touch(ReadOnlySpan<byte> key) => entries.TryGet(key, out _);

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override void Discard()
    {
        // Nothing is held back.
    }
}

/// <summary>
/// The entries that were used last, below a cache. As in Kafka Streams the cache shows more than lies below it: what goes here stays
/// visible until the cache has no room for it.
/// </summary>
internal sealed class LruBelowCache(StoreBytes store, LruMap entries, ChangeLogger? changelog, CacheBudget budget) : BelowCache
{
    private readonly Queue<byte[]> _visible = new();
    private long _visibleBytes;

    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete)
    {
        changelog?.Log(key, value, delete);
        if (delete)
            entries.Remove(key);
        else if (entries.Put(key, value) is { } gone)
        {
            changelog?.Log(gone, default, delete: true);
            _visible.Enqueue(gone);
            _visibleBytes += gone.Length;
        }

        while (_visibleBytes > budget.MaxBytes && _visible.TryDequeue(out var hidden))
        {
            _visibleBytes -= hidden.Length;
            if (!entries.Contains(hidden))
                store.Overlay.Set(hidden, default, delete: true);
        }
    }

    public override bool TryGet(ReadOnlySpan<byte> key, out StoreValue value)
    {
        value = entries.TryGet(key, out var bytes) ? new StoreValue(bytes) : StoreValue.None;
        return true;
    }
}
