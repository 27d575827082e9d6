using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Dsl.Windowing;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Aggregates a stream by key. Records without key or value are dropped.</summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="storeName">The store of the aggregates.</param>
/// <param name="aggregation">How values become aggregates.</param>
/// <param name="sendsOldValues">Whether changes carry old values.</param>
internal sealed class StreamAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : StatefulNode<TKey, TValue, TKey, Change<TAggregate>>(name, task)
{
    private TableStore<TKey, TAggregate> _store = null!;
    private TableForwarder<TKey, TAggregate> _forwarder = null!;

    public override void Init()
    {
        _store = TableStore<TKey, TAggregate>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TAggregate>(this, _store.Store, sendsOldValues);
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null || record.Value is null)
        {
            Task.CountDropped();
            return;
        }

        var entry = _store.Get(record.Key);
        var timestamp = record.Timestamp;
        TAggregate? old;
        if (entry is { Value: not null } known)
            (old, timestamp) = (known.Value, Math.Max(timestamp, known.Timestamp));
        else
            old = aggregation.Initial;
        var changed = aggregation.Aggregator(record.Key, record.Value, old);
        var result = _store.Put(record.Key, changed, timestamp);
        if (result == PutResult.NotPut)
            return;
        _forwarder.Forward(new Record<TKey, Change<TAggregate>>(
            record.Key,
            new Change<TAggregate>(changed, sendsOldValues ? old : default, result == PutResult.Latest),
            timestamp,
            record.Headers));
    }
}
