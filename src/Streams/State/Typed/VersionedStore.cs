using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.State;

/// <summary>The engine's versioned store. Never cached: each version counts.</summary>
internal sealed class VersionedStore<TKey, TValue>(StoreOptions<TKey, TValue> options)
    : StoreBase<TKey, TValue, TKey>(options), IVersionedKeyValueStore<TKey, TValue>
{
    private VersionHistory? _history;

    private VersionHistory History => _history ??= new VersionHistory(Bytes);

    public VersionedRecord<TValue>? Get(TKey key)
    {
        using var _ = Measure(StoreOperation.Get);
        using var version = History.Latest(Key(key));
        return Read(version);
    }

    public VersionedRecord<TValue>? Get(TKey key, long asOf)
    {
        using var _ = Measure(StoreOperation.Get);
        using var version = History.AsOf(Key(key), asOf);
        return Read(version);
    }

    public IReadOnlyList<VersionedRecord<TValue>> GetVersions(TKey key, long from, long to, bool descending = false)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        var versions = new List<VersionedRecord<TValue>>();
        History.Between(
            Key(key),
            from,
            to,
            (value, timestamp, validTo) =>
                versions.Add(new VersionedRecord<TValue>(ReadValue(value), timestamp, validTo)));
        if (!descending)
            versions.Reverse();
        return versions;
    }

    public long Put(TKey key, TValue? value, long timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestamp);
        EnsureWritable();
        using var _ = Measure(StoreOperation.Put);
        var deleted = value is null;
        var bytes = deleted ? default : ValueBytes(value!);
        var validTo = History.Put(Key(key), bytes, deleted, timestamp);
        Logger?.Log(KeyBuffer.Written, bytes, deleted, timestamp);
        if (validTo == VersionedPut.NotPut)
            CountDropped();
        return validTo;
    }

    public VersionedRecord<TValue>? Delete(TKey key, long timestamp)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timestamp);
        using var _ = Measure(StoreOperation.Delete);
        VersionedRecord<TValue>? before;
        using (var version = History.AsOf(Key(key), timestamp))
            before = timestamp < Bytes.StreamTime - Layout.RetentionMs ? null : Read(version);
        Put(key, default, timestamp);
        return before;
    }

    protected override void OnClose() => _history = null;

    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitVersioned(this);

    protected override TKey ReadFlushedKey(ReadOnlySpan<byte> key) => ReadUserKey(key);

    private ReadOnlySpan<byte> Key(TKey key)
    {
        KeyBuffer.Reset();
        AppendKey(key);
        return KeyBuffer.Written;
    }

    private VersionedRecord<TValue>? Read(VersionValue version) => version.Exists
        ? new VersionedRecord<TValue>(ReadValue(version.Bytes), version.Timestamp)
        : null;
}
