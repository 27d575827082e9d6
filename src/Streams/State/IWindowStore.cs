namespace MedStreams.Streams;

/// <summary>A time span from <see cref="Start"/> (included) to <see cref="End"/>, in epoch milliseconds.</summary>
/// <param name="Start">Where it begins, included.</param>
/// <param name="End">Where it ends: excluded for time windows, included for session windows.</param>
public readonly record struct Window(long Start, long End);

/// <summary>A key within a window.</summary>
/// <param name="Key">The key.</param>
/// <param name="Window">The window.</param>
public readonly record struct Windowed<TKey>(TKey Key, Window Window)
{
    /// <summary>Kafka Streams' way to write it: <c>[key@start/end]</c>.</summary>
    public override string ToString() => $"[{Key}@{Window.Start}/{Window.End}]";
}

/// <summary>Values by key and window start. Times are epoch milliseconds; all bounds are included.</summary>
public interface IReadOnlyWindowStore<TKey, TValue>
{
    /// <summary>The value of a key in the window that starts at that time; null (default) where there is none.</summary>
    TValue? Fetch(TKey key, long windowStart);

    /// <summary>The windows of a key that start between both times, earliest first.</summary>
    IEnumerable<KeyValuePair<long, TValue>> Fetch(TKey key, long timeFrom, long timeTo);

    /// <summary>As <see cref="Fetch(TKey,long,long)"/>, latest first.</summary>
    IEnumerable<KeyValuePair<long, TValue>> BackwardFetch(TKey key, long timeFrom, long timeTo);

    /// <summary>The windows of a range of keys (a null bound is open) that start between both times.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(TKey? keyFrom, TKey? keyTo, long timeFrom, long timeTo);

    /// <summary>The windows of all keys that start between both times.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FetchAll(long timeFrom, long timeTo);

    /// <summary>All windows of all keys.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> All();
}

/// <summary>A window store as a processor sees it. Windows older than the retention are gone.</summary>
public interface IWindowStore<TKey, TValue> : IStateStore, IReadOnlyWindowStore<TKey, TValue>
{
    /// <summary>Sets the value of a key in the window that starts at that time; null deletes it.</summary>
    void Put(TKey key, TValue? value, long windowStart);
}

/// <summary>Values with their times by key and window start.</summary>
public interface ITimestampedWindowStore<TKey, TValue> : IWindowStore<TKey, ValueAndTimestamp<TValue>?>;

/// <summary>Aggregates by key and session.</summary>
public interface IReadOnlySessionStore<TKey, TAggregate>
{
    /// <summary>The aggregate of exactly that session; null (default) where there is none.</summary>
    TAggregate? FetchSession(TKey key, long sessionStart, long sessionEnd);

    /// <summary>The sessions of a key that end at or after the first time and start at or before the second.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(
        TKey key, long earliestSessionEnd, long latestSessionStart);

    /// <summary>The sessions of all keys that end between both times, which are included.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> FindSessions(long earliestSessionEnd, long latestSessionEnd);

    /// <summary>All sessions of a key.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(TKey key);

    /// <summary>All sessions of a range of keys; a null bound is open.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TAggregate>> Fetch(TKey? keyFrom, TKey? keyTo);
}

/// <summary>A session store as a processor sees it.</summary>
public interface ISessionStore<TKey, TAggregate> : IStateStore, IReadOnlySessionStore<TKey, TAggregate>
{
    /// <summary>Sets the aggregate of a session; null removes it.</summary>
    void Put(Windowed<TKey> session, TAggregate? aggregate);

    /// <summary>Removes a session.</summary>
    void Remove(Windowed<TKey> session);
}
