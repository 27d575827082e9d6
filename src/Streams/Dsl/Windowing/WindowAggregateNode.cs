using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>
/// Aggregates a stream by key and window. Records without key are dropped, and so are those whose window has closed, by the
/// largest time that this node has seen; values of null are aggregated like others.
/// </summary>
internal sealed class WindowAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    Windows windows,
    EmitStrategy emit,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : StatefulNode<TKey, TValue, Windowed<TKey>, Change<TAggregate>>(name, task)
{
    private readonly long _grace = windows.GraceMs;
    private readonly long _size = windows.SizeMs;
    private ITimestampedWindowStore<TKey, TAggregate> _store = null!;
    private TableForwarder<Windowed<TKey>, TAggregate>? _forwarder;
    private long _observedTime = -1;
    private long _emittedUpTo = -1;
    private NodeMetrics? _metrics;

    public override void Measure(TaskMetrics task) =>
        _metrics = task.AddNode(this, isFinal: emit == EmitStrategy.OnWindowClose);

    public override void Init()
    {
        _store = (ITimestampedWindowStore<TKey, TAggregate>)Task.Store(storeName)!;
        if (emit == EmitStrategy.OnWindowUpdate)
            _forwarder = new TableForwarder<Windowed<TKey>, TAggregate>(this, _store, sendsOldValues);
        _observedTime = StoredTime.OfRecords(Task, storeName, _store, back: 0);
        if (_observedTime >= 0)
            _emittedUpTo = _observedTime - _grace;
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null)
        {
            Task.CountDropped();
            return;
        }

        _observedTime = Math.Max(_observedTime, record.Timestamp);
        var closeTime = _observedTime - _grace;
        if (emit == EmitStrategy.OnWindowClose)
            EmitClosed(record, closeTime); // before the store sees the new time, by which it may drop them
        for (var start = windows.FirstStart(record.Timestamp); start <= record.Timestamp; start += windows.Step)
        {
            if (windows.EndOf(start) > closeTime)
                Update(record, start);
            else
                Task.CountDropped();
            if (start > record.Timestamp - windows.Step)
                break;
        }
    }

    private void Update(in Record<TKey, TValue> record, long start)
    {
        var entry = _store.Fetch(record.Key, start);
        var timestamp = record.Timestamp;
        TAggregate? old;
        if (entry is { Value: not null } known)
            (old, timestamp) = (known.Value, Math.Max(timestamp, known.Timestamp));
        else
            old = aggregation.Initial;
        var changed = aggregation.Aggregator(record.Key, record.Value, old);
        _store.Put(record.Key, changed is null ? null : new ValueAndTimestamp<TAggregate>(changed, timestamp), start);
        _forwarder?.Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
            new Windowed<TKey>(record.Key, new Window(start, windows.EndOf(start))),
            new Change<TAggregate>(changed, sendsOldValues ? old : default),
            timestamp,
            record.Headers));
    }

    /// <summary>Tells the results of the windows that have closed since the last time.</summary>
    private void EmitClosed(in Record<TKey, TValue> record, long closeTime)
    {
        if (closeTime <= _emittedUpTo || closeTime < _size)
            return;
        var from = _emittedUpTo < 0 ? 0 : Math.Max(0, _emittedUpTo - _size) + 1;
        var to = closeTime - _size;
        if (_emittedUpTo >= 0 && MatchSameWindows(to, from - 1))
            return;
        var begun = _metrics?.Task.Thread.Timestamp() ?? 0;
        var results = 0;
        foreach (var (window, entry) in _store.FetchAll(from, to).OrderBy(e => e.Key.Window.Start))
        {
            if (entry is { } result)
            {
                results++;
                Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
                    window, new Change<TAggregate>(result.Value, default), result.Timestamp, record.Headers));
            }
        }

        _emittedUpTo = closeTime;
        _metrics?.FinalEmitted(results, begun);
    }

    private bool MatchSameWindows(long one, long other) =>
        windows.FirstStart(one) == windows.FirstStart(other) && one / windows.Step == other / windows.Step;
}
