namespace MedStreams.Streams;

/// <summary>The value of a key, without its time where the store keeps one. Answers null (default) where there is none.</summary>
/// <param name="Key">The key.</param>
public sealed record KeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<TValue>
{
    bool IStoreQuery<TValue>.TryRun(QueryView view, out TValue? result)
    {
        result = default;
        switch (view.Store)
        {
            case IReadOnlyKeyValueStore<TKey, TValue> store:
                result = store.Get(Key);
                return true;
            case ITimestampedKeyValueStore<TKey, TValue> store:
                result = store.Get(Key) is { } entry ? entry.Value : default;
                return true;
            case IReadOnlyVersionedKeyValueStore<TKey, TValue> store:
                result = store.Get(Key) is { } version ? version.Value : default;
                return true;
            default:
                return false;
        }
    }
}

/// <summary>The value of a key with its time. Answers null where there is none.</summary>
/// <param name="Key">The key.</param>
public sealed record TimestampedKeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<ValueAndTimestamp<TValue>?>
{
    bool IStoreQuery<ValueAndTimestamp<TValue>?>.TryRun(QueryView view, out ValueAndTimestamp<TValue>? result)
    {
        result = view.Store switch
        {
            ITimestampedKeyValueStore<TKey, TValue> store => store.Get(Key),
            IReadOnlyVersionedKeyValueStore<TKey, TValue> store when store.Get(Key) is { } version =>
                new ValueAndTimestamp<TValue>(version.Value, version.Timestamp),
            _ => null,
        };
        return view.Store is ITimestampedKeyValueStore<TKey, TValue> or IReadOnlyVersionedKeyValueStore<TKey, TValue>;
    }
}

/// <summary>The version of a key that held at a time, or the newest. Answers null where there is none (KIP-960).</summary>
/// <param name="Key">The key.</param>
public sealed record VersionedKeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<VersionedRecord<TValue>?>
{
    /// <summary>The time in epoch milliseconds; null for the newest version.</summary>
    public long? AsOf { get; init; }

    bool IStoreQuery<VersionedRecord<TValue>?>.TryRun(QueryView view, out VersionedRecord<TValue>? result)
    {
        result = null;
        if (view.Store is not IReadOnlyVersionedKeyValueStore<TKey, TValue> store)
            return false;
        result = AsOf is { } time ? store.Get(Key, time) : store.Get(Key);
        return true;
    }
}

/// <summary>The versions of a key that held at some time between two, earliest first (KIP-968).</summary>
/// <param name="Key">The key.</param>
public sealed record MultiVersionedKeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<IReadOnlyList<VersionedRecord<TValue>>>
{
    /// <summary>The first time of interest in epoch milliseconds.</summary>
    public long From { get; init; }

    /// <summary>The last time of interest in epoch milliseconds.</summary>
    public long To { get; init; } = long.MaxValue;

    /// <summary>Latest first.</summary>
    public bool Descending { get; init; }

    bool IStoreQuery<IReadOnlyList<VersionedRecord<TValue>>>.TryRun(
        QueryView view, out IReadOnlyList<VersionedRecord<TValue>>? result)
    {
        result = (view.Store as IReadOnlyVersionedKeyValueStore<TKey, TValue>)?.GetVersions(Key, From, To, Descending);
        return result is not null;
    }
}
