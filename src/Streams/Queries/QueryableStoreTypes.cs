using MedStreams.Streams.Queries;

namespace MedStreams.Streams;

/// <summary>A kind of store that <see cref="KafkaStreams.Store{TStore}"/> shows; see <see cref="QueryableStoreTypes"/>.</summary>
public sealed class QueryableStoreType<TStore>
    where TStore : class
{
    internal QueryableStoreType(Func<LocalStore, TStore> create) => Create = create;

    internal Func<LocalStore, TStore> Create { get; }
}

/// <summary>The kinds of stores that can be asked.</summary>
public static class QueryableStoreTypes
{
    /// <summary>Values by key; of a store with times without them.</summary>
    public static QueryableStoreType<IReadOnlyKeyValueStore<TKey, TValue>> KeyValueStore<TKey, TValue>() =>
        new(static store => new LocalKeyValueStore<TKey, TValue>(store));

    /// <summary>Values with their times by key.</summary>
    public static QueryableStoreType<IReadOnlyKeyValueStore<TKey, ValueAndTimestamp<TValue>?>> TimestampedKeyValueStore<TKey, TValue>() =>
        new(static store => new LocalKeyValueStore<TKey, ValueAndTimestamp<TValue>?>(store));

    /// <summary>Values by key and window; of a store with times without them.</summary>
    public static QueryableStoreType<IReadOnlyWindowStore<TKey, TValue>> WindowStore<TKey, TValue>() =>
        new(static store => new LocalWindowStore<TKey, TValue>(store));

    /// <summary>Values with their times by key and window.</summary>
    public static QueryableStoreType<IReadOnlyWindowStore<TKey, ValueAndTimestamp<TValue>?>> TimestampedWindowStore<TKey, TValue>() =>
        new(static store => new LocalWindowStore<TKey, ValueAndTimestamp<TValue>?>(store));

    /// <summary>Aggregates by key and session.</summary>
    public static QueryableStoreType<IReadOnlySessionStore<TKey, TValue>> SessionStore<TKey, TValue>() =>
        new(static store => new LocalSessionStore<TKey, TValue>(store));

    /// <summary>Values by key with their history.</summary>
    public static QueryableStoreType<IReadOnlyVersionedKeyValueStore<TKey, TValue>> VersionedKeyValueStore<TKey, TValue>() =>
        new(static store => new LocalVersionedStore<TKey, TValue>(store));
}

/// <summary>Which store to show, and how.</summary>
/// <param name="StoreName">Its name in the topology.</param>
/// <param name="StoreType">Its kind.</param>
public sealed record StoreQueryParameters<TStore>(string StoreName, QueryableStoreType<TStore> StoreType)
    where TStore : class
{
    /// <summary>One partition only; null: all that the instance has.</summary>
    public int? Partition { get; init; }

    /// <summary>Whether standbys and tasks in restore answer too, which may be behind.</summary>
    public bool StaleStoresEnabled { get; init; }

    /// <summary>The same for one partition.</summary>
    public StoreQueryParameters<TStore> WithPartition(int partition) => this with { Partition = partition };

    /// <summary>The same with stale answers.</summary>
    public StoreQueryParameters<TStore> EnableStaleStores() => this with { StaleStoresEnabled = true };
}

/// <summary>Makes <see cref="StoreQueryParameters{TStore}"/>.</summary>
public static class StoreQueryParameters
{
    /// <summary>A store of that name and kind.</summary>
    public static StoreQueryParameters<TStore> FromNameAndType<TStore>(string storeName, QueryableStoreType<TStore> storeType)
        where TStore : class => new(storeName, storeType);
}
