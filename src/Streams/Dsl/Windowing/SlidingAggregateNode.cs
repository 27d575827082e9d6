using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Metrics;
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
    : StatefulNode<TKey, TValue, Windowed<TKey>, Change<TAggregate>>(name, task)
{
    private readonly HashSet<long> _starts = [];
    private ITimestampedWindowStore<TKey, TAggregate> _store = null!;
    private TableForwarder<Windowed<TKey>, TAggregate>? _forwarder;
    private long _observedTime = -1;
    private long _storedTime = -1;
    private long _toldUpTo = -1;
    private NodeMetrics? _metrics;

    public override void Measure(TaskMetrics task) =>
        _metrics = task.AddNode(this, isFinal: settings.Emit == EmitStrategy.OnWindowClose);

    public override void Init()
    {
        _store = (ITimestampedWindowStore<TKey, TAggregate>)Task.Store(storeName)!;
        if (settings.Emit == EmitStrategy.OnWindowUpdate)
            _forwarder = new TableForwarder<Windowed<TKey>, TAggregate>(this, _store, sendsOldValues);
        _storedTime = StoredTime.Of(Task, storeName);
        _observedTime = StoredTime.OfRecords(Task, storeName, _store, settings.Difference + 1);
        if (_observedTime >= 0)
            _toldUpTo = _observedTime - settings.Grace;
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null || record.Value is null)
        {
            Task.CountDropped();
            return;
        }

        _observedTime = Math.Max(_observedTime, record.Timestamp);
        var closeTime = _observedTime - settings.Grace;
        if (record.Timestamp + settings.Difference < closeTime)
        {
            Task.CountDropped();
            return;
        }

        var closed = settings.Emit == EmitStrategy.OnWindowClose ? Closed(closeTime) : [];
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
        [.. _store.BackwardFetch(key, from, to).Select(e => (e.Key, e.Value!.Value))];

    private ValueAndTimestamp<TAggregate> Empty(in Record<TKey, TValue> record) => new(aggregation.Initial!, record.Timestamp);

    /// <summary>The window after a record takes over what is later than the record.</summary>
    private void CreateRight(in Record<TKey, TValue> record, ValueAndTimestamp<TAggregate>? later)
    {
        if (later is not { } entry || entry.Timestamp <= record.Timestamp)
            return;
        var start = record.Timestamp + 1;
        Put(record.Key, entry, start);
        ForwardUpdate(record, start, new Change<TAggregate>(entry.Value, default), entry.Timestamp);
    }

    private void Update(in Record<TKey, TValue> record, long start, ValueAndTimestamp<TAggregate> entry, long closeTime)
    {
        if (start + settings.Difference < closeTime)
            return;
        var changed = aggregation.Aggregator(record.Key, record.Value, entry.Value);
        var timestamp = entry.Value is null ? record.Timestamp : Math.Max(record.Timestamp, entry.Timestamp);
        Put(record.Key, changed is null ? null : new ValueAndTimestamp<TAggregate>(changed, timestamp), start);
        ForwardUpdate(record, start, new Change<TAggregate>(changed, entry.Value), timestamp);
    }

    private void ForwardUpdate(in Record<TKey, TValue> record, long start, Change<TAggregate> change, long timestamp) =>
        _forwarder?.Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
            new Windowed<TKey>(record.Key, new Window(start, start + settings.Difference)), change, timestamp, record.Headers));

    private void Put(TKey key, ValueAndTimestamp<TAggregate>? entry, long start)
    {
        _store.Put(key, entry, start);
        _storedTime = Math.Max(_storedTime, start);
    }

    /// <summary>The windows that have closed since the last time; asked before the store sees the new time.</summary>
    private KeyValuePair<Windowed<TKey>, ValueAndTimestamp<TAggregate>?>[] Closed(long closeTime)
    {
        var to = closeTime - settings.Difference - 1;
        if (closeTime <= _toldUpTo || to < 0)
            return [];
        var from = _toldUpTo < 0 ? 0 : Math.Max(0, _toldUpTo - settings.Difference);
        _toldUpTo = closeTime;
        return [.. _store.FetchAll(from, to).OrderBy(e => e.Key.Window.Start)];
    }

    private void Tell(KeyValuePair<Windowed<TKey>, ValueAndTimestamp<TAggregate>?>[] closed, Headers headers)
    {
        var begun = _metrics?.Task.Thread.Timestamp() ?? 0;
        foreach (var (window, entry) in closed)
        {
            if (window.Window.Start >= _storedTime - settings.Retention && entry is { } result)
            {
                Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
                    window, new Change<TAggregate>(result.Value, default), result.Timestamp, headers));
            }
        }

        _metrics?.FinalEmitted(closed.Length, begun);
    }
}
