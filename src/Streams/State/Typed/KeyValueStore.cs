namespace MedStreams.Streams.State;

/// <summary>The engine's key-value store.</summary>
internal class KeyValueStore<TKey, TValue>(StoreOptions<TKey, TValue> options)
    : StoreBase<TKey, TValue, TKey>(options), IKeyValueStore<TKey, TValue>
{
    public long ApproximateNumEntries => Bytes.Committed.ApproximateCount + Bytes.Overlay.Count;

    public TValue? Get(TKey key)
    {
        KeyBuffer.Reset();
        AppendKey(key);
        return Read();
    }

    public void Put(TKey key, TValue? value)
    {
        KeyBuffer.Reset();
        AppendKey(key);
        Write(value);
    }

    public TValue? PutIfAbsent(TKey key, TValue? value)
    {
        KeyBuffer.Reset();
        AppendKey(key);
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
        KeyBuffer.Reset();
        AppendKey(key);
        var before = Read();
        Write(default);
        return before;
    }

    public IEnumerable<KeyValuePair<TKey, TValue>> Range(TKey? from, TKey? to) =>
        Walk(KeyRange.Between(KeyBytes(from), KeyBytes(to)), backward: false);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseRange(TKey? from, TKey? to) =>
        Walk(KeyRange.Between(KeyBytes(from), KeyBytes(to)), backward: true);

    public IEnumerable<KeyValuePair<TKey, TValue>> All() => Walk(KeyRange.All, backward: false);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseAll() => Walk(KeyRange.All, backward: true);

    public IEnumerable<KeyValuePair<TKey, TValue>> PrefixScan<TPrefix>(TPrefix prefix, ISerde<TPrefix> serde)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        KeyBuffer.Reset();
        serde.Serialize(prefix, KeyBuffer, KeyContext());
        return Walk(KeyRange.Prefix(KeyBuffer.Written.ToArray()), backward: false);
    }

    protected override TKey ReadFlushedKey(ReadOnlySpan<byte> key) => ReadUserKey(key);

    private IEnumerable<KeyValuePair<TKey, TValue>> Walk(KeyRange range, bool backward)
    {
        using var cursor = Bytes.Scan(range, backward);
        while (cursor.MoveNext())
            yield return KeyValuePair.Create(ReadUserKey(cursor.Key), ReadValue(cursor.Value));
    }
}

/// <summary>The engine's key-value store with times.</summary>
internal sealed class TimestampedKeyValueStore<TKey, TValue>(StoreOptions<TKey, ValueAndTimestamp<TValue>?> options)
    : KeyValueStore<TKey, ValueAndTimestamp<TValue>?>(options), ITimestampedKeyValueStore<TKey, TValue>
{
    protected override bool IsAbsent(ValueAndTimestamp<TValue>? value) => value is not { Value: not null };
}
