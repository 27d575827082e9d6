using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>Sessions; times in milliseconds.</summary>
internal sealed record SessionSettings(long Gap, long Grace, long Retention, EmitStrategy Emit)
{
    private const long ShortestSegment = 60_000;

    /// <summary>How much Kafka Streams' store drops at once.</summary>
    public long Segment => Math.Max(Retention / 2, ShortestSegment);
}

/// <summary>
/// Aggregates a stream by key and session; a record that lies near several sessions makes them one. Records without key are
/// dropped, and so are those whose session, with all that it would merge, has closed. A result's time is its session's end.
/// </summary>
/// <remarks>
/// Without a cache, sessions are subject to the retention as in Kafka Streams: those in its past do not merge. Told on close, where one
/// record carries the time past retention and segment of a session that has not been told, it never is.
/// </remarks>
internal sealed class SessionAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    SessionSettings settings,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : StatefulNode<TKey, TValue, Windowed<TKey>, Change<TAggregate>>(name, task)
{
    private readonly List<KeyValuePair<Windowed<TKey>, TAggregate>> _merged = [];
    private ISessionStore<TKey, TAggregate> _store = null!;
    private bool _forwards;
    private bool _isCached;
    private long _observedTime = -1;
    private long _storedTime = -1;
    private long _flushedTime = -1;
    private long _toldUpTo = -1;
    private NodeMetrics? _metrics;

    public override void Measure(TaskMetrics task) =>
        _metrics = task.AddNode(this, isFinal: settings.Emit == EmitStrategy.OnWindowClose);

    public override void Init()
    {
        _store = (ISessionStore<TKey, TAggregate>)Task.Store(storeName)!;
        _isCached = settings.Emit == EmitStrategy.OnWindowUpdate
            && _store is ICachedStore<Windowed<TKey>, TAggregate> cached
            && cached.SetFlushListener(OnFlush, sendsOldValues);
        _forwards = settings.Emit == EmitStrategy.OnWindowUpdate && !_isCached;
        _observedTime = _storedTime = _flushedTime = StoredTime.Of(Task, storeName);
        if (_observedTime >= 0)
            _toldUpTo = _observedTime - settings.Grace - settings.Gap;
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null)
        {
            Task.CountDropped();
            return;
        }

        _observedTime = Math.Max(_observedTime, record.Timestamp);
        var closeTime = _observedTime - settings.Grace - settings.Gap;
        var closed = settings.Emit == EmitStrategy.OnWindowClose ? Closed(closeTime) : [];
        Aggregate(record, closeTime);
        if (closed.Length > 0)
            Tell(closed, record.Headers);
    }

    private void Aggregate(in Record<TKey, TValue> record, long closeTime)
    {
        var (start, end) = (record.Timestamp, record.Timestamp);
        var aggregate = aggregation.Initial;
        _merged.Clear();
        var earliest = _isCached
            ? record.Timestamp - settings.Gap
            : Math.Max(record.Timestamp - settings.Gap, _storedTime - settings.Retention + 1);
        foreach (var session in _store.FindSessions(record.Key, earliest, record.Timestamp + settings.Gap))
        {
            _merged.Add(session);
            aggregate = aggregation.Merger!(record.Key, aggregate, session.Value);
            start = Math.Min(start, session.Key.Window.Start);
            end = Math.Max(end, session.Key.Window.End);
        }

        if (end < closeTime)
        {
            Task.CountDropped();
            return;
        }

        if (start != record.Timestamp || end != record.Timestamp)
        {
            foreach (var (session, value) in _merged)
            {
                _store.Remove(session);
                ForwardUpdate(session, new Change<TAggregate>(default, value));
            }
        }

        aggregate = aggregation.Aggregator(record.Key, record.Value, aggregate);
        var key = new Windowed<TKey>(record.Key, new Window(start, end));
        _store.Put(key, aggregate);
        _storedTime = Math.Max(_storedTime, end);
        ForwardUpdate(key, new Change<TAggregate>(aggregate, default));
    }

    private void ForwardUpdate(Windowed<TKey> session, Change<TAggregate> change)
    {
        if (!_forwards)
            return;
        if (!sendsOldValues)
            change = change with { Old = default };
        Forward(new Record<Windowed<TKey>, Change<TAggregate>>(session, change, session.Window.End));
    }

    private void OnFlush(in Record<Windowed<TKey>, Change<TAggregate?>> record)
    {
        // As in Kafka Streams: what leaves the past beyond the retention leaves without a word.
        var end = record.Key.Window.End;
        var isForgotten = record.Value.New is null && end <= _flushedTime - settings.Retention;
        _flushedTime = Math.Max(_flushedTime, end);
        if (isForgotten)
            return;
        Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
            record.Key, new Change<TAggregate>(record.Value.New, record.Value.Old), end, record.Headers));
    }

    /// <summary>The sessions that have closed since the last time; asked before the store sees the new time.</summary>
    private KeyValuePair<Windowed<TKey>, TAggregate>[] Closed(long closeTime)
    {
        var (from, to) = (Math.Max(0, _toldUpTo), closeTime - 1);
        if (closeTime <= _toldUpTo || to < from)
            return [];
        _toldUpTo = closeTime;
        // Of one end, Kafka Streams' store on disk goes by starts, then keys, that in memory by keys, which is the order found.
        var byEnd = _store.FindSessions(from, to).OrderBy(s => s.Key.Window.End);
        return _store.Persistent ? [.. byEnd.ThenBy(s => s.Key.Window.Start)] : [.. byEnd];
    }

    private void Tell(KeyValuePair<Windowed<TKey>, TAggregate>[] closed, Headers headers)
    {
        var oldest = Math.Max(0, _storedTime - settings.Retention) / settings.Segment * settings.Segment;
        var begun = _metrics?.Task.Thread.Timestamp() ?? 0;
        foreach (var (session, aggregate) in closed)
        {
            if (session.Window.End >= oldest)
            {
                Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
                    session, new Change<TAggregate>(aggregate, default), session.Window.End, headers));
            }
        }

        _metrics?.FinalEmitted(closed.Length, begun);
    }
}
