using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>Sliding windows; times in milliseconds.</summary>
internal sealed record SlidingSettings(long Difference, long Grace, long Retention, EmitStrategy Emit);

/// <summary>
/// Aggregates a stream by key and sliding window. Each record has a window that ends with it (its left one) and, once there are
/// later records near it, one that begins right after it (its right one); windows with the same records are one. Records
/// without key or value are dropped, and so are those whose windows have all closed.
/// </summary>
/// <remarks>
/// A window's stored time is that of its last record, so the windows around a record tell where its neighbours are.
/// Windows cannot begin before 1970: records earlier than the time difference share the window that begins at 0. Told on close, a
/// window that one record carries past the retention before it was told never is, as in Kafka Streams.
/// </remarks>
internal sealed class SlidingAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    SlidingSettings settings,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : WindowedAggregateNode<TKey, TValue, TAggregate>(name, task, storeName, settings.Emit, aggregation, sendsOldValues)
{
    private readonly HashSet<long> _starts = [];
    private long _storedTime = -1;
    private long _toldUpTo = -1;

    public override void Init()
    {
        base.Init();
        _storedTime = StoredTime.Of(Task, Store.Name);
        ObservedTime = StoredTime.OfRecords(Task, Store.Name, Store, settings.Difference + 1);
        if (ObservedTime >= 0)
            _toldUpTo = ObservedTime - settings.Grace;
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null || record.Value is null)
        {
            Task.CountDropped();
            return;
        }

        ObservedTime = Math.Max(ObservedTime, record.Timestamp);
        var closeTime = ObservedTime - settings.Grace;
        if (record.Timestamp + settings.Difference < closeTime)
        {
            Task.CountDropped();
            return;
        }

        var closed = TellsOnClose ? Closed(closeTime) : [];
        _starts.Clear();
        if (record.Timestamp < settings.Difference)
            ProcessEarly(record, closeTime);
        else
            ProcessUsual(record, closeTime);
        if (closed.Length > 0)
            Tell(closed, record.Headers);
    }

    private void ProcessUsual(in Record<TKey, TValue> record, long closeTime)
    {
        var time = record.Timestamp;
        ValueAndTimestamp<TAggregate>? left = null;
        ValueAndTimestamp<TAggregate>? right = null;
        var (hasLeft, hasRight) = (false, false);
        long? previous = null;
        foreach (var (start, entry) in Windows(record.Key, Math.Max(0, time - (2 * settings.Difference)), time + 1))
        {
            _starts.Add(start);
            var end = start + settings.Difference;
            if (start == time + 1)
            {
                hasRight = true;
            }
            else if (end > time)
            {
                right ??= entry;
                Update(record, start, entry, closeTime);
            }
            else if (end == time)
            {
                hasLeft = true;
                Update(record, start, entry, closeTime);
                if (entry.Timestamp >= time)
                    return; // another record of this time has made all the windows
                previous = entry.Timestamp;
            }
            else
            {
                left = entry;
                previous = entry.Timestamp;
                break;
            }
        }

        if (previous is { } before && !_starts.Contains(before + 1) && before + 1 + settings.Difference >= time)
            Update(record, before + 1, Empty(record), closeTime);
        if (!hasLeft)
        {
            var holdsPrevious = previous >= time - settings.Difference;
            Update(record, time - settings.Difference, holdsPrevious ? left!.Value with { Timestamp = time } : Empty(record), closeTime);
        }

        if (!hasRight)
            CreateRight(record, right);
    }

    private void ProcessEarly(in Record<TKey, TValue> record, long closeTime)
    {
        var time = record.Timestamp;
        ValueAndTimestamp<TAggregate>? shared = null;
        ValueAndTimestamp<TAggregate>? right = null;
        var hasRight = false;
        long? previous = null;
        foreach (var (start, entry) in Windows(record.Key, 0, time + 1).Reverse())
        {
            _starts.Add(start);
            if (start == 0)
            {
                shared = entry;
                if (entry.Timestamp < time)
                    previous = entry.Timestamp;
            }
            else if (start <= time)
            {
                right = entry;
                Update(record, start, entry, closeTime);
            }
            else
            {
                hasRight = true;
            }
        }

        if (right is null && shared is { } all && all.Timestamp > time)
            right = shared;
        if (!hasRight)
            CreateRight(record, right);
        if (previous is { } before && !_starts.Contains(before + 1))
            Update(record, before + 1, Empty(record), closeTime);
        Update(record, 0, shared ?? Empty(record), closeTime);
    }

    /// <summary>The windows of a key that start between both times, latest first.</summary>
    private (long Start, ValueAndTimestamp<TAggregate> Entry)[] Windows(TKey key, long from, long to) =>
        [.. Store.BackwardFetch(key, from, to).Select(e => (e.Key, e.Value!.Value))];

    private ValueAndTimestamp<TAggregate> Empty(in Record<TKey, TValue> record) => new(Aggregation.Initial!, record.Timestamp);

    /// <summary>The window after a record takes over what is later than the record.</summary>
    private void CreateRight(in Record<TKey, TValue> record, ValueAndTimestamp<TAggregate>? later)
    {
        if (later is not { } entry || entry.Timestamp <= record.Timestamp)
            return;
        var window = WindowAt(record.Timestamp + 1);
        Store.Put(record.Key, entry, window.Start);
        _storedTime = Math.Max(_storedTime, window.Start);
        TellUpdate(record, window, new Change<TAggregate>(entry.Value, default), entry.Timestamp);
    }

    private void Update(in Record<TKey, TValue> record, long start, ValueAndTimestamp<TAggregate> entry, long closeTime)
    {
        if (start + settings.Difference < closeTime)
            return;
        Aggregate(record, WindowAt(start), entry.Value, entry.Value is null ? -1 : entry.Timestamp);
        _storedTime = Math.Max(_storedTime, start);
    }

    private Window WindowAt(long start) => new(start, start + settings.Difference);

    /// <summary>The windows that have closed since the last time; asked before the store sees the new time.</summary>
    private KeyValuePair<Windowed<TKey>, ValueAndTimestamp<TAggregate>?>[] Closed(long closeTime)
    {
        var to = closeTime - settings.Difference - 1;
        if (closeTime <= _toldUpTo || to < 0)
            return [];
        var from = _toldUpTo < 0 ? 0 : Math.Max(0, _toldUpTo - settings.Difference);
        _toldUpTo = closeTime;
        return [.. Store.FetchAll(from, to).OrderBy(e => e.Key.Window.Start)];
    }

    private void Tell(KeyValuePair<Windowed<TKey>, ValueAndTimestamp<TAggregate>?>[] closed, Headers headers)
    {
        var begun = Metrics?.Task.Thread.Timestamp() ?? 0;
        foreach (var (window, entry) in closed)
        {
            if (window.Window.Start >= _storedTime - settings.Retention && entry is { } result)
                TellFinal(window, result, headers);
        }

        Metrics?.FinalEmitted(closed.Length, begun);
    }
}
