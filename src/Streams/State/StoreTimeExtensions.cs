namespace MedStreams.Streams;

/// <summary>
/// Times of windows, sessions and versions as <see cref="DateTimeOffset"/> instead of epoch milliseconds. Fractions of a millisecond are cut off, and
/// the offset does not matter.
/// </summary>
public static class StoreTimeExtensions
{
    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.Fetch(TKey,long)"/>
    public static TValue? Fetch<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, TKey key, DateTimeOffset windowStart) =>
        store.Fetch(key, windowStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.Fetch(TKey,long,long)"/>
    public static IEnumerable<KeyValuePair<long, TValue>> Fetch<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, TKey key, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.Fetch(key, timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.BackwardFetch(TKey,long,long)"/>
    public static IEnumerable<KeyValuePair<long, TValue>> BackwardFetch<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, TKey key, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.BackwardFetch(key, timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.Fetch(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.Fetch(keyFrom, keyTo, timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.BackwardFetch(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetch<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.BackwardFetch(keyFrom, keyTo, timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.FetchAll(long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FetchAll<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.FetchAll(timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyWindowStore{TKey,TValue}.BackwardFetchAll(long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetchAll<TKey, TValue>(
        this IReadOnlyWindowStore<TKey, TValue> store, DateTimeOffset timeFrom, DateTimeOffset timeTo) =>
        store.BackwardFetchAll(timeFrom.ToUnixTimeMilliseconds(), timeTo.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IWindowStore{TKey,TValue}.Put(TKey,TValue,long)"/>
    public static void Put<TKey, TValue>(
        this IWindowStore<TKey, TValue> store, TKey key, TValue? value, DateTimeOffset windowStart) =>
        store.Put(key, value, windowStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.FetchSession(TKey,long,long)"/>
    public static TValue? FetchSession<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store, TKey key, DateTimeOffset sessionStart, DateTimeOffset sessionEnd) =>
        store.FetchSession(key, sessionStart.ToUnixTimeMilliseconds(), sessionEnd.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.FindSessions(TKey,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FindSessions<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store, TKey key, DateTimeOffset earliestSessionEnd, DateTimeOffset latestSessionStart) =>
        store.FindSessions(key, earliestSessionEnd.ToUnixTimeMilliseconds(), latestSessionStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.BackwardFindSessions(TKey,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFindSessions<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store, TKey key, DateTimeOffset earliestSessionEnd, DateTimeOffset latestSessionStart) =>
        store.BackwardFindSessions(key, earliestSessionEnd.ToUnixTimeMilliseconds(), latestSessionStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.FindSessions(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FindSessions<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store,
        QueryBound<TKey>? keyFrom,
        QueryBound<TKey>? keyTo,
        DateTimeOffset earliestSessionEnd,
        DateTimeOffset latestSessionStart) =>
        store.FindSessions(keyFrom, keyTo, earliestSessionEnd.ToUnixTimeMilliseconds(), latestSessionStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.BackwardFindSessions(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFindSessions<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store,
        QueryBound<TKey>? keyFrom,
        QueryBound<TKey>? keyTo,
        DateTimeOffset earliestSessionEnd,
        DateTimeOffset latestSessionStart) =>
        store.BackwardFindSessions(keyFrom, keyTo, earliestSessionEnd.ToUnixTimeMilliseconds(), latestSessionStart.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlySessionStore{TKey,TAggregate}.FindSessions(long,long)"/>
    public static IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FindSessions<TKey, TValue>(
        this IReadOnlySessionStore<TKey, TValue> store, DateTimeOffset earliestSessionEnd, DateTimeOffset latestSessionEnd) =>
        store.FindSessions(earliestSessionEnd.ToUnixTimeMilliseconds(), latestSessionEnd.ToUnixTimeMilliseconds());

    /// <inheritdoc cref="IReadOnlyVersionedKeyValueStore{TKey,TValue}.Get(TKey,long)"/>
    public static VersionedRecord<TValue>? Get<TKey, TValue>(
        this IReadOnlyVersionedKeyValueStore<TKey, TValue> store, TKey key, DateTimeOffset asOf) =>
        store.Get(key, asOf.ToUnixTimeMilliseconds());
}
