namespace MedStreams.Streams;

/// <summary>
/// Aggregates by key and session. Times are epoch milliseconds, with overloads for <see cref="DateTimeOffset"/> in
/// <see cref="StoreTimeExtensions"/>; all bounds of times and keys are included, as are both ends of a session.
/// </summary>
/// <remarks>
/// Sessions that ended a retention or more before the largest end that was put (the store's stream time) are gone. Those of one key come in the order of
/// their ends, then starts; those of several keys segment by segment of ends (as of Kafka Streams' stores on disk), within one in the order of the
/// bytes of key, end and start. "Backward" is exactly the other way round. Ranges are read as they are walked, within one record.
/// </remarks>
public interface IReadOnlySessionStore<TKey, TAggregate>
{
    /// <summary>The aggregate of exactly that session; null (default) where there is none.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    TAggregate? FetchSession(TKey key, long sessionStart, long sessionEnd);

    /// <summary>The sessions of a key that end at or after the first time and start at or before the second.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart);

    /// <summary>As <see cref="FindSessions(TKey,long,long)"/>, backward.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart);

    /// <summary>
    /// The sessions of a range of keys (a null bound is open) that end at or after the first time and start at or before the second.
    /// </summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart);

    /// <summary>As <see cref="FindSessions(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>, backward.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFindSessions(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long earliestSessionEnd, long latestSessionStart);

    /// <summary>The sessions of all keys that end between both times.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(long earliestSessionEnd, long latestSessionEnd);

    /// <summary>All sessions of a key.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(TKey key);

    /// <summary>As <see cref="Fetch(TKey)"/>, backward.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(TKey key);

    /// <summary>All sessions of a range of keys; a null bound is open.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo);

    /// <summary>As <see cref="Fetch(QueryBound{TKey}?,QueryBound{TKey}?)"/>, backward.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> BackwardFetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo);
}

/// <summary>A session store as a processor sees it.</summary>
public interface ISessionStore<TKey, TAggregate> : IStateStore, IReadOnlySessionStore<TKey, TAggregate>
{
    /// <summary>
    /// Sets the aggregate of a session; null removes it. One that ends late by the retention is dropped and counted.
    /// </summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="ArgumentException">The session starts before the epoch, or ends before it starts.</exception>
    void Put(Windowed<TKey> session, TAggregate? aggregate);

    /// <summary>Removes a session; nothing happens where there is none.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="ArgumentException">The session starts before the epoch, or ends before it starts.</exception>
    void Remove(Windowed<TKey> session);
}
