namespace MedStreams.Streams;

/// <summary>The windows of a key that start between two times, earliest first, without the values' own times where the store keeps some.</summary>
/// <param name="Key">The key.</param>
/// <param name="TimeFrom">The first start in epoch milliseconds, included.</param>
/// <param name="TimeTo">The last start, included.</param>
public sealed record WindowKeyQuery<TKey, TValue>(TKey Key, long TimeFrom, long TimeTo)
    : IStoreQuery<QueryPage<KeyValuePair<long, TValue>>>
{
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
                view.Page(new Paging(Limit, After), store.Fetch(Key, TimeFrom, TimeTo)),
            ITimestampedWindowStore<TKey, TValue> store => view.Page(
                new Paging(Limit, After),
                store.Fetch(Key, TimeFrom, TimeTo),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }
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

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store switch
        {
            IWindowRanges<TKey, TValue> store =>
                view.Page(new Paging(Limit, After), store.Fetch(KeyFrom, KeyTo, TimeFrom, TimeTo)),
            IWindowRanges<TKey, ValueAndTimestamp<TValue>?> store => view.Page(
                new Paging(Limit, After),
                store.Fetch(KeyFrom, KeyTo, TimeFrom, TimeTo),
                static e => KeyValuePair.Create(e.Key, e.Value!.Value.Value)),
            _ => null,
        };
        return result is not null;
    }
}

/// <summary>The sessions of a key that end at or after one time and start at or before another.</summary>
/// <param name="Key">The key.</param>
public sealed record SessionKeyQuery<TKey, TValue>(TKey Key) : IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>
{
    /// <summary>The first end of interest in epoch milliseconds.</summary>
    public long EarliestEnd { get; init; }

    /// <summary>The last start of interest in epoch milliseconds.</summary>
    public long LatestStart { get; init; } = long.MaxValue;

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store is IReadOnlySessionStore<TKey, TValue> store
            ? view.Page(new Paging(Limit, After), store.FindSessions(Key, EarliestEnd, LatestStart))
            : null;
        return result is not null;
    }
}

/// <summary>The sessions of a range of keys.</summary>
public sealed record SessionRangeQuery<TKey, TValue> : IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>
{
    /// <summary>The smallest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyFrom { get; init; }

    /// <summary>The largest key, included; null is open.</summary>
    public QueryBound<TKey>? KeyTo { get; init; }

    /// <summary>Most entries of one answer, from 1 to 100,000; default 1,000.</summary>
    public int Limit { get; init; } = QueryLimits.Default;

    /// <summary>Where an earlier answer ended; null begins.</summary>
    public QueryContinuation? After { get; init; }

    bool IStoreQuery<QueryPage<KeyValuePair<Windowed<TKey>, TValue>>>.TryRun(
        QueryView view, out QueryPage<KeyValuePair<Windowed<TKey>, TValue>>? result)
    {
        result = view.Store is ISessionRanges<TKey, TValue> store
            ? view.Page(new Paging(Limit, After), store.Fetch(KeyFrom, KeyTo))
            : null;
        return result is not null;
    }
}
