using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>
/// Tells from a store how far time had come before a restart, so that what was too late stays too late, and what was told is not
/// told again. Only where the store is no further than the offsets: else what comes again after a crash would be too late, and its
/// result, which may never have arrived, would be lost. There time starts anew, as in Kafka Streams.
/// </summary>
internal static class StoredTime
{
    /// <summary>The largest start of a window, or end of a session, that was put; -1 where none was, or it means nothing.</summary>
    public static long Of(TaskContext task, string store) =>
        task.IsStateExact ? task.State?.Bytes(store).StreamTime ?? -1 : -1;

    /// <summary>The largest time of a record in the windows that started last.</summary>
    /// <param name="task">The task.</param>
    /// <param name="name">The store's name.</param>
    /// <param name="store">The store.</param>
    /// <param name="back">How long before the last start windows can hold the last record, in milliseconds.</param>
    public static long OfRecords<TKey, TValue>(
        TaskContext task, string name, ITimestampedWindowStore<TKey, TValue> store, long back)
    {
        var start = Of(task, name);
        var time = start;
        if (start < 0)
            return time;
        foreach (var (_, entry) in store.FetchAll(Math.Max(0, start - back), start))
            time = Math.Max(time, entry?.Timestamp ?? -1);
        return time;
    }
}
