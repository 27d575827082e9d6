namespace MedStreams.Streams;

/// <summary>The windows of a key that start between two times, earliest first, without the values' own times where the store keeps some.</summary>
/// <param name="Key">The key.</param>
/// <param name="TimeFrom">The first start in epoch milliseconds, included.</param>
/// <param name="TimeTo">The last start, included.</param>
public sealed record WindowKeyQuery<TKey, TValue>(TKey Key, long TimeFrom, long TimeTo)
    : IStoreQuery<QueryPage<KeyValuePair<long, TValue>>>
{
    /// <summary>Backward: latest first, and of several keys the largest first; see <see cref="IReadOnlyWindowStore{TKey,TValue}"/>.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<long, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<long, TValue>>? result)
    {
        result = view.Store switch
        {
            IReadOnlyWindowStore<TKey, TValue> store =>
                view.Page(new Paging(Limit, After), Windows(store)),
            ITimestampedWindowStore<TKey, TValue> store => view.Page(
                new Paging(Limit, After),
                Windows(store),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }

    private IEnumerable<KeyValuePair<long, T>> Windows<T>(IReadOnlyWindowStore<TKey, T> store) =>
        Descending ? store.BackwardFetch(Key, TimeFrom, TimeTo) : store.Fetch(Key, TimeFrom, TimeTo);
}

/// <summary>The windows of all keys, or of a range of keys, that start between two times.</summary>
/// <param name="TimeFrom">The first start in epoch milliseconds, included.</param>
/// <param name="TimeTo">The last start, included.</param>
public sealed record WindowRangeQuery<TKey, TValue>(long TimeFrom, long TimeTo)
    : IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>
{
    /// <summary>The smallest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyFrom { get; init; }

    /// <summary>The largest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyTo { get; init; }

    /// <summary>Backward: latest first, and of several keys the largest first; see <see cref="IReadOnlyWindowStore{TKey,TValue}"/>.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store switch
        {
            IReadOnlyWindowStore<TKey, TValue> store =>
                view.Page(new Paging(Limit, After), Windows(store)),
            ITimestampedWindowStore<TKey, TValue> store => view.Page(
                new Paging(Limit, After),
                Windows(store),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, T>> Windows<T>(IReadOnlyWindowStore<TKey, T> store) => Descending
        ? store.BackwardFetch(KeyFrom, KeyTo, TimeFrom, TimeTo)
        : store.Fetch(KeyFrom, KeyTo, TimeFrom, TimeTo);
}

/// <summary>The sessions of a key that end at or after one time and start at or before another.</summary>
/// <param name="Key">The key.</param>
public sealed record SessionKeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>
{
    /// <summary>The first end of interest in epoch milliseconds.</summary>
    public long EarliestEnd { get; init; }

    /// <summary>The last start of interest in epoch milliseconds.</summary>
    public long LatestStart { get; init; } = long.MaxValue;

    /// <summary>Backward: latest first, and of several keys the largest first; see <see cref="IReadOnlySessionStore{TKey,TAggregate}"/>.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store is IReadOnlySessionStore<TKey, TValue> store
            ? view.Page(
                new Paging(Limit, After),
                Descending
                    ? store.BackwardFindSessions(Key, EarliestEnd, LatestStart)
                    : store.FindSessions(Key, EarliestEnd, LatestStart))
            : null;
        return result is not null;
    }
}

/// <summary>The sessions of a range of keys that end at or after one time and start at or before another.</summary>
public sealed record SessionRangeQuery<TKey, TValue> : IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>
{
    /// <summary>The smallest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyFrom { get; init; }

    /// <summary>The largest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyTo { get; init; }

    /// <summary>The first end of interest in epoch milliseconds; default 0.</summary>
    public long EarliestEnd { get; init; }

    /// <summary>The last start of interest in epoch milliseconds; default any.</summary>
    public long LatestStart { get; init; } = long.MaxValue;

    /// <summary>Backward: latest first, and of several keys the largest first; see <see cref="IReadOnlySessionStore{TKey,TAggregate}"/>.</summary>
    public bool Descending { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store is IReadOnlySessionStore<TKey, TValue> store
            ? view.Page(
                new Paging(Limit, After),
                Descending
                    ? store.BackwardFindSessions(KeyFrom, KeyTo, EarliestEnd, LatestStart)
                    : store.FindSessions(KeyFrom, KeyTo, EarliestEnd, LatestStart))
            : null;
        return result is not null;
    }
}
