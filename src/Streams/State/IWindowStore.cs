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

/// <summary>
/// Values by key and window start. Times are epoch milliseconds, with overloads for <see cref="DateTimeOffset"/> in
/// <see cref="StoreTimeExtensions"/>; all bounds of times and keys are included.
/// </summary>
/// <remarks>
/// Windows that start a retention or more before the largest start that was put (the store's stream time) are gone. Those of one key come in the
/// order of their starts; those of several keys segment by segment of time (as of Kafka Streams' stores on disk), within one in the order of the bytes of key and
/// start. "Backward" is exactly the other way round. Ranges are read as they are walked, within one record.
/// </remarks>
public interface IReadOnlyWindowStore<TKey, TValue>
{
    /// <summary>The value of a key in the window that starts at that time; null (default) where there is none.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    TValue? Fetch(TKey key, long windowStart);

    /// <summary>The windows of a key that start between both times, earliest first: starts and values.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<long, TValue>> Fetch(TKey key, long timeFrom, long timeTo);

    /// <summary>As <see cref="Fetch(TKey,long,long)"/>, latest first.</summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    IEnumerable<KeyValuePair<long, TValue>> BackwardFetch(TKey key, long timeFrom, long timeTo);

    /// <summary>The windows of a range of keys (a null bound is open) that start between both times.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo);

    /// <summary>As <see cref="Fetch(QueryBound{TKey}?,QueryBound{TKey}?,long,long)"/>, backward.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo);

    /// <summary>The windows of all keys that start between both times.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FetchAll(long timeFrom, long timeTo);

    /// <summary>As <see cref="FetchAll"/>, backward.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetchAll(long timeFrom, long timeTo);

    /// <summary>All windows of all keys.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> All();

    /// <summary>As <see cref="All"/>, backward.</summary>
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardAll();
}

/// <summary>A window store as a processor sees it. Windows older than the retention are gone.</summary>
public interface IWindowStore<TKey, TValue> : IStateStore, IReadOnlyWindowStore<TKey, TValue>
{
    /// <summary>
    /// Sets the value of a key in the window that starts at that time; null deletes it. In a store that retains duplicates each call adds a value, and
    /// null does nothing. One that is late by the retention is dropped and counted.
    /// </summary>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    void Put(TKey key, TValue? value, long windowStart);
}

/// <summary>Values with their times by key and window start.</summary>
public interface ITimestampedWindowStore<TKey, TValue> : IWindowStore<TKey, ValueAndTimestamp<TValue>?>;
