namespace MedStreams.Streams;

/// <summary>Values by key, in the order of the keys' bytes. Readable from any thread while the instance runs.</summary>
public interface IReadOnlyKeyValueStore<TKey, TValue>
{
    /// <summary>The value of a key; null (default) where there is none.</summary>
    TValue? Get(TKey key);

    /// <summary>All entries whose key bytes lie between both bounds, which are included; a null bound is open.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> Range(TKey? from, TKey? to);

    /// <summary>As <see cref="Range"/>, from the largest key down.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> ReverseRange(TKey? from, TKey? to);

    /// <summary>All entries.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> All();

    /// <summary>All entries, from the largest key down.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> ReverseAll();

    /// <summary>All entries whose key bytes begin with the bytes of the prefix.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> PrefixScan<TPrefix>(TPrefix prefix, ISerde<TPrefix> serde);

    /// <summary>About how many entries there are.</summary>
    long ApproximateNumEntries { get; }
}

/// <summary>A key-value store as a processor sees it.</summary>
public interface IKeyValueStore<TKey, TValue> : IStateStore, IReadOnlyKeyValueStore<TKey, TValue>
{
    /// <summary>Sets the value of a key; null deletes it.</summary>
    void Put(TKey key, TValue? value);

    /// <summary>Sets the value where the key has none; answers the one that was there.</summary>
    TValue? PutIfAbsent(TKey key, TValue? value);

    /// <summary>Deletes a key; answers the value that was there.</summary>
    TValue? Delete(TKey key);
}

/// <summary>A value and the time of the record that set it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Timestamp">Epoch milliseconds.</param>
public readonly record struct ValueAndTimestamp<TValue>(TValue Value, long Timestamp);

/// <summary>Values with their times by key: what tables are kept in.</summary>
public interface ITimestampedKeyValueStore<TKey, TValue> : IKeyValueStore<TKey, ValueAndTimestamp<TValue>?>;
