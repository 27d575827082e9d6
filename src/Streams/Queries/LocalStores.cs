using MedStreams.Streams.State;

namespace MedStreams.Streams.Queries;

/// <summary>The local partitions of a key-value store as one store.</summary>
internal sealed class LocalKeyValueStore<TKey, TValue>(LocalStore store) : IReadOnlyKeyValueStore<TKey, TValue>
{
    public long ApproximateNumEntries => store.Sum(static view => view.Engine.Accept(Count.Instance));

    public TValue? Get(TKey key)
    {
        foreach (var found in store.AskEach(new FindQuery<TKey, TValue>(key)))
        {
            if (found.Exists)
                return found.Value;
        }

        return default;
    }

    public IEnumerable<KeyValuePair<TKey, TValue>> Range(QueryBound<TKey>? from, QueryBound<TKey>? to) =>
        Between(from, to, descending: false);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseRange(QueryBound<TKey>? from, QueryBound<TKey>? to) =>
        Between(from, to, descending: true);

    public IEnumerable<KeyValuePair<TKey, TValue>> All() => Between(null, null, descending: false);

    public IEnumerable<KeyValuePair<TKey, TValue>> ReverseAll() => Between(null, null, descending: true);

    public IEnumerable<KeyValuePair<TKey, TValue>> PrefixScan<TPrefix>(TPrefix prefix, ISerde<TPrefix> serde) =>
        store.Walk(after => new PrefixQuery<TKey, TValue, TPrefix>(prefix, serde) { After = after });

    private IEnumerable<KeyValuePair<TKey, TValue>> Between(QueryBound<TKey>? from, QueryBound<TKey>? to, bool descending) =>
        store.Walk(after => new RangeQuery<TKey, TValue> { From = from, To = to, Descending = descending, After = after });

    private sealed class Count : IStoreVisitor<long>
    {
        public static Count Instance { get; } = new();

        public long VisitKeyValue<TK, TV>(KeyValueStore<TK, TV> store) => store.ApproximateNumEntries;

        public long VisitTimestampedKeyValue<TK, TV>(TimestampedKeyValueStore<TK, TV> store) => store.ApproximateNumEntries;

        public long VisitVersioned<TK, TV>(VersionedStore<TK, TV> store) => 0;

        public long VisitWindow<TK, TV>(WindowStore<TK, TV> store) => 0;

        public long VisitTimestampedWindow<TK, TV>(TimestampedWindowStore<TK, TV> store) => 0;

        public long VisitSession<TK, TA>(SessionStore<TK, TA> store) => 0;
    }
}

/// <summary>The local partitions of a window store as one store.</summary>
internal sealed class LocalWindowStore<TKey, TValue>(LocalStore store) : IReadOnlyWindowStore<TKey, TValue>
{
    public TValue? Fetch(TKey key, long windowStart) => Fetch(key, windowStart, windowStart).FirstOrDefault().Value;

    public IEnumerable<KeyValuePair<long, TValue>> Fetch(TKey key, long timeFrom, long timeTo) =>
        OfKey(key, timeFrom, timeTo, descending: false);

    public IEnumerable<KeyValuePair<long, TValue>> BackwardFetch(TKey key, long timeFrom, long timeTo) =>
        OfKey(key, timeFrom, timeTo, descending: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo) =>
        Between(keyFrom, keyTo, timeFrom, timeTo, descending: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo) =>
        Between(keyFrom, keyTo, timeFrom, timeTo, descending: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FetchAll(long timeFrom, long timeTo) =>
        Between(null, null, timeFrom, timeTo, descending: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetchAll(long timeFrom, long timeTo) =>
        Between(null, null, timeFrom, timeTo, descending: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> All() => FetchAll(0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardAll() => BackwardFetchAll(0, long.MaxValue);

    private IEnumerable<KeyValuePair<long, TValue>> OfKey(TKey key, long timeFrom, long timeTo, bool descending) =>
        store.Walk(after => new WindowKeyQuery<TKey, TValue>(key, timeFrom, timeTo) { Descending = descending, After = after });

    private IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Between(
        QueryBound<TKey>? from, QueryBound<TKey>? to, long timeFrom, long timeTo, bool descending) =>
        store.Walk(after => new WindowRangeQuery<TKey, TValue>(timeFrom, timeTo)
        {
            KeyFrom = from,
            KeyTo = to,
            Descending = descending,
            After = after,
        });
}

/// <summary>The local partitions of a session store as one store.</summary>
internal sealed class LocalSessionStore<TKey, TAggregate>(LocalStore store) : IReadOnlySessionStore<TKey, TAggregate>
{
    public TAggregate? FetchSession(TKey key, long sessionStart, long sessionEnd)
    {
        foreach (var (session, aggregate) in FindSessions(key, sessionEnd, sessionStart))
        {
            if (session.Window == new Window(sessionStart, sessionEnd))
                return aggregate;
        }

        return default;
    }

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart) =>
        OfKey(key, earliestSessionEnd, latestSessionStart, descending: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart) =>
        OfKey(key, earliestSessionEnd, latestSessionStart, descending: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart) =>
        Between(keyFrom, keyTo, earliestSessionEnd, latestSessionStart, descending: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart) =>
        Between(keyFrom, keyTo, earliestSessionEnd, latestSessionStart, descending: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(long earliestSessionEnd, long latestSessionEnd) =>
        Between(null, null, earliestSessionEnd, latestSessionEnd, descending: false).Where(s => s.Key.Window.End <= latestSessionEnd);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(TKey key) => FindSessions(key, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(TKey key) =>
        BackwardFindSessions(key, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo) =>
        FindSessions(keyFrom, keyTo, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo) =>
        BackwardFindSessions(keyFrom, keyTo, 0, long.MaxValue);

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> OfKey(
        TKey key, long earliestEnd, long latestStart, bool descending) =>
        store.Walk(after => new SessionKeyQuery<TKey, TAggregate>(key)
        {
            EarliestEnd = earliestEnd,
            LatestStart = latestStart,
            Descending = descending,
            After = after,
        });

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Between(
        QueryBound<TKey>? from, QueryBound<TKey>? to, long earliestEnd, long latestStart, bool descending) =>
        store.Walk(after => new SessionRangeQuery<TKey, TAggregate>
        {
            KeyFrom = from,
            KeyTo = to,
            EarliestEnd = earliestEnd,
            LatestStart = latestStart,
            Descending = descending,
            After = after,
        });
}

/// <summary>The local partitions of a versioned store as one store.</summary>
internal sealed class LocalVersionedStore<TKey, TValue>(LocalStore store) : IReadOnlyVersionedKeyValueStore<TKey, TValue>
{
    public VersionedRecord<TValue>? Get(TKey key) => First(new VersionedKeyQuery<TKey, TValue>(key));

    public VersionedRecord<TValue>? Get(TKey key, long asOf) => First(new VersionedKeyQuery<TKey, TValue>(key) { AsOf = asOf });

    public IReadOnlyList<VersionedRecord<TValue>> GetVersions(TKey key, long from, long to, bool descending = false) =>
        store.AskEach(new MultiVersionedKeyQuery<TKey, TValue>(key) { From = from, To = to, Descending = descending })
            .FirstOrDefault(static versions => versions is { Count: > 0 }) ?? [];

    private VersionedRecord<TValue>? First(VersionedKeyQuery<TKey, TValue> query) =>
        store.AskEach(query).FirstOrDefault(static version => version is not null);
}
