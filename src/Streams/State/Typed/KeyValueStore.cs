using MedStreams.Streams.Metrics;
using MedStreams.Streams.Queries;

namespace MedStreams.Streams.State;

/// <summary>The engine's key-value store.</summary>
internal class KeyValueStore<TKey, TValue>(StoreOptions<TKey, TValue> options)
    : StoreBase<TKey, TValue, TKey>(options), IKeyValueStore<TKey, TValue>, IKeyFinder<TKey, TValue>
{
    public long ApproximateNumEntries => Bytes.Committed.ApproximateCount + Bytes.Overlay.Count;

    public TValue? Get(TKey key)
    {
        using var _ = Measure(StoreOperation.Get);
        KeyBuffer.Reset();
        AppendKey(key);
        return Read();
    }

    public Found<TValue> Find(TKey key)
    {
        KeyBuffer.Reset();
        AppendKey(key);
        using var value = Bytes.Get(KeyBuffer.Written);
        return value.Exists ? new Found<TValue>(true, ReadValue(value.Bytes)) : default;
    }

    public void Put(TKey key, TValue? value)
    {
        using var _ = Measure(StoreOperation.Put);
        KeyBuffer.Reset();
        AppendKey(key);
        Write(value);
    }

    public TValue? PutIfAbsent(TKey key, TValue? value)
    {
        using var _ = Measure(StoreOperation.PutIfAbsent);
        KeyBuffer.Reset();
        AppendKey(key);
        Touch();
        using (var now = Bytes.Get(KeyBuffer.Written))
        {
            if (now.Exists)
                return ReadValue(now.Bytes);
        }

        Write(value);
        return default;
    }

    public TValue? Delete(TKey key)
    {
        using var _ = Measure(StoreOperation.Delete);
        KeyBuffer.Reset();
        AppendKey(key);
        var before = Read();
        Erase();
        return before;
    }

    public IEnumerable<KeyValuePair<TKey, TValue>> Range(QueryBound<TKey>? from, QueryBound<TKey>? to) =>
        Walk(KeyRange.Between(KeyBytes(from), KeyBytes(to)), backward: false, StoreOperation.Range);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseRange(QueryBound<TKey>? from, QueryBound<TKey>? to) =>
        Walk(KeyRange.Between(KeyBytes(from), KeyBytes(to)), backward: true, StoreOperation.Range);

    public IEnumerable<KeyValuePair<TKey, TValue>> All() =>
        Walk(KeyRange.All, backward: false, StoreOperation.All);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseAll() =>
        Walk(KeyRange.All, backward: true, StoreOperation.All);

    public IEnumerable<KeyValuePair<TKey, TValue>> PrefixScan<TPrefix>(TPrefix prefix, ISerde<TPrefix> serde)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        KeyBuffer.Reset();
        serde.Serialize(prefix, KeyBuffer, KeyContext());
        return Walk(KeyRange.Prefix(KeyBuffer.Written.ToArray()), backward: false, StoreOperation.PrefixScan);
    }

    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitKeyValue(this);

    protected override TKey ReadFlushedKey(ReadOnlySpan<byte> key) => ReadUserKey(key);

    private IEnumerable<KeyValuePair<TKey, TValue>> Walk(KeyRange range, bool backward, StoreOperation operation)
    {
        MergeCursor opened;
        using (Measure(operation))
            opened = Bytes.Scan(range, backward);
        using var cursor = opened;
        while (cursor.MoveNext())
            yield return KeyValuePair.Create(ReadUserKey(cursor.Key), ReadValue(cursor.Value));
    }
}

/// <summary>The engine's key-value store with times.</summary>
internal sealed class TimestampedKeyValueStore<TKey, TValue>(StoreOptions<TKey, ValueAndTimestamp<TValue>?> options)
    : KeyValueStore<TKey, ValueAndTimestamp<TValue>?>(options), ITimestampedKeyValueStore<TKey, TValue>
{
    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitTimestampedKeyValue(this);

    protected override bool IsAbsent(ValueAndTimestamp<TValue>? value) => value is not { Value: not null };
}
