using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>Gets the bytes of a change that a cache held back.</summary>
internal interface IFlushTarget
{
    /// <summary>False where nobody listens: then no old value is looked up.</summary>
    bool Listens { get; }

    /// <summary>Whether old values are wanted for keys that have a new one.</summary>
    bool SendOldValues { get; }

    void Forward(ReadOnlySpan<byte> key, StoreValue now, StoreValue before, long timestamp, Headers headers);
}

/// <summary>
/// Holds writes back until a flush (Kafka Streams' <c>CachingKeyValueStore</c> and <c>NamedCache</c>). The values themselves lie in the
/// overlay, where reads find them; what is kept here is which entries are dirty, in the order of their last
/// writes, with the record context of that write, and the value before the first. Over the budget, all of the store's go on
/// at once, as Kafka Streams does when it evicts a dirty entry.
/// </summary>
internal sealed class CachedWriter(
    TaskContext context, StoreBytes store, BelowCache below, CacheBudget budget, IFlushTarget target) : StoreWriter
{
    // What Kafka Streams counts for an entry beside key and value, about: links and record context.
    private const int EntryBytes = 64;

    private readonly LinkedSlots _dirty = new();
    private Origin[] _origins = new Origin[16];
    private long _bytes;

    public override bool HasUnflushed => _dirty.First >= 0;

    public override long HeldBytes => Volatile.Read(ref _bytes);

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete)
    {
        var overlay = store.Overlay;
        var index = overlay.Find(key);
        var fresh = index < 0 || !(_dirty.Contains(index) || _origins[index].IsPending);
        var before = fresh && index >= 0 ? overlay.ValueSlice(index) : null;
        var was = index >= 0 && _dirty.Contains(index) ? Size(index) : 0;
        var known = index >= 0;
        index = overlay.Set(key, value, delete, keepOld: fresh && known);
        if (index >= _origins.Length)
            Array.Resize(ref _origins, Math.Max(_origins.Length * 2, index + 1));
        ref var origin = ref _origins[index];
        if (fresh) // else it keeps the value before its first write
            origin = new Origin { Before = before, IsBeforeKnown = known };
        origin.Timestamp = context.CurrentTimestamp;
        origin.Headers = context.CurrentHeaders;
        origin.Metadata = context.Current;
        _dirty.MoveToEnd(index);
        Account(Size(index) - was);
        if (budget.IsExceeded)
            Flush();
    }

    public override void Flush()
    {
        if (!HasUnflushed)
            return;

        // Listeners may write to this store again: what they write waits for the next flush, also where its turn was still to come.
        var indexes = _dirty.TakeAll();
        foreach (var index in indexes)
            _origins[index].IsPending = true;
        Account(-_bytes);
        var generation = store.Overlay.Generation;
        var (current, timestamp, headers) = (context.Current, context.CurrentTimestamp, context.CurrentHeaders);
        foreach (var index in indexes)
        {
            if (store.Overlay.Generation != generation)
                throw new InvalidOperationException($"The store {store.Layout.Name} was committed while it was flushed.");
            if (!_origins[index].IsPending || _dirty.Contains(index))
                continue;
            _origins[index].IsPending = false;
            FlushOne(index);
        }

        (context.Current, context.CurrentTimestamp, context.CurrentHeaders) = (current, timestamp, headers);
    }

    public override void Discard()
    {
        _dirty.TakeAll();
        Array.Clear(_origins);
        Account(-_bytes);
    }

    private void FlushOne(int index)
    {
        var overlay = store.Overlay;
        var origin = _origins[index];
        var key = overlay.Key(index);
        var deleted = overlay.IsDeleted(index);
        context.Current = origin.Metadata;
        context.CurrentTimestamp = origin.Timestamp;
        context.CurrentHeaders = origin.Headers;
        if (!target.Listens)
        {
            below.Write(key, overlay.Value(index), deleted);
            return;
        }

        using var before = deleted || target.SendOldValues ? Before(key, origin) : StoreValue.None;
        if (deleted && !before.Exists)
            return; // Written and deleted between two flushes: nobody ever saw it.
        below.Write(key, overlay.Value(index), deleted);
        var now = deleted ? StoreValue.None : new StoreValue(overlay.Value(index));
        target.Forward(key, now, target.SendOldValues ? before : StoreValue.None, origin.Timestamp, origin.Headers);
    }

    private StoreValue Before(ReadOnlySpan<byte> key, Origin origin)
    {
        if (below.TryGet(key, out var value))
            return value;
        if (!origin.IsBeforeKnown)
            return store.GetCommitted(key);
        return origin.Before is { } slice ? new StoreValue(store.Overlay.Read(slice)) : StoreValue.None;
    }

    private int Size(int index) => store.Overlay.Key(index).Length + store.Overlay.Value(index).Length + EntryBytes;

    private void Account(long bytes)
    {
        _bytes += bytes;
        budget.UsedBytes += bytes;
    }

    private struct Origin
    {
        public long Timestamp;
        public Headers Headers;
        public RecordMetadata Metadata;
        public ArenaSlice? Before;
        public bool IsBeforeKnown;
        public bool IsPending;
    }
}
