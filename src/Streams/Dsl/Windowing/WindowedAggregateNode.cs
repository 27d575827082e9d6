using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>What aggregations by windows share, whatever the windows: the store, the time seen, and how results are told.</summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="storeName">The store of the windows' aggregates.</param>
/// <param name="emit">When results are told.</param>
/// <param name="aggregation">How values become aggregates.</param>
/// <param name="sendsOldValues">Whether changes carry old values.</param>
internal abstract class WindowedAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    EmitStrategy emit,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : StatefulNode<TKey, TValue, Windowed<TKey>, Change<TAggregate>>(name, task)
{
    private TableForwarder<Windowed<TKey>, TAggregate>? _forwarder;

    protected ITimestampedWindowStore<TKey, TAggregate> Store { get; private set; } = null!;

    protected NodeMetrics? Metrics { get; private set; }

    /// <summary>The largest time of a record that this node has seen; -1 before the first.</summary>
    protected long ObservedTime { get; set; } = -1;

    protected Aggregation<TKey, TValue, TAggregate> Aggregation => aggregation;

    protected bool TellsOnClose => emit == EmitStrategy.OnWindowClose;

    public override void Measure(TaskMetrics task) => Metrics = task.AddNode(this, isFinal: TellsOnClose);

    public override void Init()
    {
        Store = (ITimestampedWindowStore<TKey, TAggregate>)Task.Store(storeName)!;
        if (!TellsOnClose)
            _forwarder = new TableForwarder<Windowed<TKey>, TAggregate>(this, Store, sendsOldValues);
    }

    /// <summary>Aggregates a record into a window: stores the result, and tells it unless that waits for the window's close.</summary>
    /// <param name="record">The record.</param>
    /// <param name="window">The window.</param>
    /// <param name="old">The aggregate so far.</param>
    /// <param name="oldTimestamp">Its time; negative for an aggregate that is not stored yet.</param>
    protected void Aggregate(in Record<TKey, TValue> record, Window window, TAggregate? old, long oldTimestamp)
    {
        var changed = aggregation.Aggregator(record.Key, record.Value, old);
        var timestamp = Math.Max(record.Timestamp, oldTimestamp);
        Store.Put(
            record.Key, changed is null ? null : new ValueAndTimestamp<TAggregate>(changed, timestamp), window.Start);
        TellUpdate(record, window, new Change<TAggregate>(changed, old), timestamp);
    }

    protected void TellUpdate(in Record<TKey, TValue> record, Window window, Change<TAggregate> change, long timestamp) =>
        _forwarder?.Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
            new Windowed<TKey>(record.Key, window), change, timestamp, record.Headers));

    /// <summary>Tells the final result of a window.</summary>
    protected void TellFinal(Windowed<TKey> window, ValueAndTimestamp<TAggregate> result, Headers headers) =>
        Forward(new Record<Windowed<TKey>, Change<TAggregate>>(
            window, new Change<TAggregate>(result.Value, default), result.Timestamp, headers));
}
