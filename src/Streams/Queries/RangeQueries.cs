namespace MedStreams.Streams;

/// <summary>Entries whose keys lie between two, in the order of the keys' bytes, without their times where the store keeps some.</summary>
public sealed record RangeQuery<TKey, TValue> : IStoreQuery<QueryPage<KeyValuePair<TKey, TValue>>>
{
    /// <summary>The smallest key, included; null is open.</summary>
    public QueryBound<TKey>? From { get; init; }

    /// <summary>The largest key, included; null is open.</summary>
    public QueryBound<TKey>? To { get; init; }

    /// <summary>From the largest key down.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<TKey, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<TKey, TValue>>? result)
    {
        result = view.Store switch
        {
            IReadOnlyKeyValueStore<TKey, TValue> store => view.Page(new Paging(Limit, After), Entries(store)),
            IReadOnlyKeyValueStore<TKey, ValueAndTimestamp<TValue>?> store => view.Page(
                new Paging(Limit, After), Entries(store), static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }

    private IEnumerable<KeyValuePair<TKey, T>> Entries<T>(IReadOnlyKeyValueStore<TKey, T> store) =>
        Descending ? store.ReverseRange(From, To) : store.Range(From, To);
}

/// <summary>Entries with their times whose keys lie between two, in the order of the keys' bytes.</summary>
public sealed record TimestampedRangeQuery<TKey, TValue> : IStoreQuery<QueryPage<KeyValuePair<TKey, ValueAndTimestamp<TValue>>>>
{
    /// <summary>The smallest key, included; null is open.</summary>
    public QueryBound<TKey>? From { get; init; }

    /// <summary>The largest key, included; null is open.</summary>
    public QueryBound<TKey>? To { get; init; }

    /// <summary>From the largest key down.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<TKey, ValueAndTimestamp<TValue>>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<TKey, ValueAndTimestamp<TValue>>>? result)
    {
        result = view.Store is IReadOnlyKeyValueStore<TKey, ValueAndTimestamp<TValue>?> store
            ? view.Page(
                new Paging(Limit, After),
                Descending ? store.ReverseRange(From, To) : store.Range(From, To),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value))
            : null;
        return result is not null;
    }
}

/// <summary>Entries whose key bytes begin with the bytes of a prefix, in the order of the keys' bytes.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="PrefixSerde">Writes the prefix.</param>
public sealed record PrefixQuery<TKey, TValue, TPrefix>(TPrefix Prefix, ISerde<TPrefix> PrefixSerde)
    : IStoreQuery<QueryPage<KeyValuePair<TKey, TValue>>>
{
    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<TKey, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<TKey, TValue>>? result)
    {
        result = view.Store switch
        {
            IReadOnlyKeyValueStore<TKey, TValue> store =>
                view.Page(new Paging(Limit, After), store.PrefixScan(Prefix, PrefixSerde)),
            ITimestampedKeyValueStore<TKey, TValue> store => view.Page(
                new Paging(Limit, After),
                store.PrefixScan(Prefix, PrefixSerde),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }
}

/// <summary>Bounds on the size of answers.</summary>
internal static class QueryLimits
{
    public const int Default = 1000;
    public const int Largest = 100_000;
}
