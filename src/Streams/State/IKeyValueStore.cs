namespace MedStreams.Streams;

/// <summary>
/// Values by key, in the order of the keys' bytes. From <see cref="KafkaStreams.Store{TStore}"/> it is for any thread while the instance runs, and
/// shows what is committed; as a processor's own store it is for the task's thread, and shows what was written before.
/// </summary>
/// <remarks>
/// Ranges are read as they are walked: end the walk, or dispose of the enumerator, within one record. A store may be changed meanwhile: keys that are
/// new are not visited, of others the walk shows the value of that moment.
/// </remarks>
public interface IReadOnlyKeyValueStore<TKey, TValue>
{
    /// <summary>The value of a key; null (default) where there is none.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    TValue? Get(TKey key);

    /// <summary>
    /// All entries whose key bytes lie between both bounds, which are included; a null bound is open. Empty where the first bound is above the
    /// second.
    /// </summary>
    IEnumerable<KeyValuePair<TKey, TValue>> Range(QueryBound<TKey>? from, QueryBound<TKey>? to);

    /// <summary>As <see cref="Range"/>, from the largest key down.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> ReverseRange(QueryBound<TKey>? from, QueryBound<TKey>? to);

    /// <summary>All entries.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> All();

    /// <summary>All entries, from the largest key down.</summary>
    IEnumerable<KeyValuePair<TKey, TValue>> ReverseAll();

    /// <summary>
    /// All entries whose key bytes begin with the bytes of the prefix, in order. The prefix may be of another type than the keys, as the text "ward-"
    /// for keys of texts.
    /// </summary>
    /// <exception cref="ArgumentNullException">The prefix is null.</exception>
    IEnumerable<KeyValuePair<TKey, TValue>> PrefixScan<TPrefix>(TPrefix prefix, ISerde<TPrefix> serde);

    /// <summary>About how many entries there are: RocksDB estimates from its files, where an overwritten entry may count twice and a deleted one still.</summary>
    long ApproximateNumEntries { get; }
}

/// <summary>A key-value store as a processor sees it.</summary>
public interface IKeyValueStore<TKey, TValue> : IStateStore, IReadOnlyKeyValueStore<TKey, TValue>
{
    /// <summary>Sets the value of a key; null deletes it.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    void Put(TKey key, TValue? value);

    /// <summary>Sets the values of several keys, one after the other: of equal keys the last one counts. A null value deletes its key.</summary>
    /// <exception cref="ArgumentNullException">A key is null: those before it are written.</exception>
    void PutAll(IEnumerable<KeyValuePair<TKey, TValue?>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var (key, value) in entries)
            Put(key, value);
    }

    /// <summary>Sets the value where the key has none; answers the one that was there.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    TValue? PutIfAbsent(TKey key, TValue? value);

    /// <summary>Deletes a key; answers the value that was there.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    TValue? Delete(TKey key);
}

/// <summary>A value and the time of the record that set it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Timestamp">Epoch milliseconds.</param>
public readonly record struct ValueAndTimestamp<TValue>(TValue Value, long Timestamp);

/// <summary>Values with their times by key: what tables are kept in.</summary>
public interface ITimestampedKeyValueStore<TKey, TValue> : IKeyValueStore<TKey, ValueAndTimestamp<TValue>?>;
