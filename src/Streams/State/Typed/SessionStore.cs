using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.State;

/// <summary>The engine's session store.</summary>
internal sealed class SessionStore<TKey, TAggregate>(StoreOptions<TKey, TAggregate> options)
    : SegmentedStore<TKey, TAggregate>(options), ISessionStore<TKey, TAggregate>
{
    public TAggregate? FetchSession(TKey key, long sessionStart, long sessionEnd)
    {
        if (sessionEnd < 0 || IsExpired(sessionEnd))
            return default;
        using var _ = Measure(StoreOperation.Fetch);
        BuildKey(key, sessionStart, sessionEnd);
        return Read();
    }

    public void Put(Windowed<TKey> session, TAggregate? aggregate)
    {
        using var _ = Measure(aggregate is null ? StoreOperation.Remove : StoreOperation.Put);
        var (start, end) = session.Window;
        ArgumentOutOfRangeException.ThrowIfNegative(start, nameof(session));
        if (end < start)
            throw new ArgumentException($"A session cannot end at {end}, before its start at {start}.", nameof(session));
        if (!Observe(end))
            return;
        BuildKey(session.Key, start, end);
        Write(aggregate);
    }

    public void Remove(Windowed<TKey> session) => Put(session, default);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart) =>
        OfKey(BytesOf(key), earliestSessionEnd, latestSessionStart, backward: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart) =>
        OfKey(BytesOf(key), earliestSessionEnd, latestSessionStart, backward: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart) =>
        OfKeys(KeyBytes(keyFrom), KeyBytes(keyTo), earliestSessionEnd, latestSessionStart, backward: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart) =>
        OfKeys(KeyBytes(keyFrom), KeyBytes(keyTo), earliestSessionEnd, latestSessionStart, backward: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        long earliestSessionEnd, long latestSessionEnd) => Ended(earliestSessionEnd, latestSessionEnd);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(TKey key) => FindSessions(key, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(TKey key) =>
        BackwardFindSessions(key, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo) =>
        FindSessions(keyFrom, keyTo, 0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo) =>
        BackwardFindSessions(keyFrom, keyTo, 0, long.MaxValue);

    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitSession(this);

    protected override Windowed<TKey> ReadFlushedKey(ReadOnlySpan<byte> key) => ReadKey(key);

    private Windowed<TKey> ReadKey(ReadOnlySpan<byte> key) => new(
        ReadUserKey(StoreKeys.KeyOf(StoreKind.Session, key)),
        new Window(StoreKeys.SessionStart(key), StoreKeys.SessionEnd(key)));

    private void BuildKey(TKey key, long start, long end)
    {
        BeginKey(key, end);
        KeyBuffer.WriteInt64(end);
        KeyBuffer.WriteInt64(start);
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> OfKey(
        byte[] key, long earliestEnd, long latestStart, bool backward)
    {
        earliestEnd = Math.Max(earliestEnd, Bytes.FirstLiveTime);
        var length = StoreKeys.SegmentBytes + key.Length + StoreKeys.SessionSuffix;
        foreach (var cursor in Walk(earliestEnd, long.MaxValue, backward, segment => Within(segment, key, earliestEnd)))
        {
            // A longer key that begins with this one may lie between: it has another length.
            if (cursor.Key.Length == length && StoreKeys.SessionStart(cursor.Key) <= latestStart)
                yield return KeyValuePair.Create(ReadKey(cursor.Key), ReadValue(cursor.Value));
        }
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> OfKeys(
        byte[]? keyFrom, byte[]? keyTo, long earliestEnd, long latestStart, bool backward)
    {
        earliestEnd = Math.Max(earliestEnd, Bytes.FirstLiveTime);
        foreach (var cursor in Walk(earliestEnd, long.MaxValue, backward, segment => SegmentBetween(segment, keyFrom, keyTo)))
        {
            if (StoreKeys.SessionEnd(cursor.Key) >= earliestEnd
                && StoreKeys.SessionStart(cursor.Key) <= latestStart
                && IsBetween(StoreKeys.KeyOf(StoreKind.Session, cursor.Key), keyFrom, keyTo))
            {
                yield return KeyValuePair.Create(ReadKey(cursor.Key), ReadValue(cursor.Value));
            }
        }
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Ended(long earliestEnd, long latestEnd)
    {
        earliestEnd = Math.Max(earliestEnd, Bytes.FirstLiveTime);
        foreach (var cursor in Walk(earliestEnd, latestEnd, false, WholeSegment))
        {
            var end = StoreKeys.SessionEnd(cursor.Key);
            if (end >= earliestEnd && end <= latestEnd)
                yield return KeyValuePair.Create(ReadKey(cursor.Key), ReadValue(cursor.Value));
        }
    }

    // Starts are not negative, so eight bytes of 0xFF lie above each.
    private static KeyRange Within(long segment, byte[] key, long earliestEnd) => new(
        StoreKeys.Build(segment, key, earliestEnd, []),
        StoreKeys.Build(segment, key, long.MaxValue, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]));
}
