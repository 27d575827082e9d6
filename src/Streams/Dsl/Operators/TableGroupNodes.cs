using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>
/// Gives a table's changes new keys: the old value is taken from its key, the new one added to its own, in one record where both
/// keys are equal. Selections with a null key or value are left out.
/// </summary>
internal sealed class TableSelectNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, Func<TKeyIn, TValueIn, (TKeyOut Key, TValueOut Value)> selector, bool latestOnly)
    : ForwardingNode<TKeyOut, Change<TValueOut>>(name), IReceiver<TKeyIn, Change<TValueIn>>
{
    public void Receive(in Record<TKeyIn, Change<TValueIn>> record)
    {
        var change = record.Value;
        if (latestOnly && !change.IsLatest)
            return;
        var hasNew = TrySelect(record.Key, change.New, out var now);
        var hasOld = TrySelect(record.Key, change.Old, out var before);
        if (hasNew && hasOld && EqualityComparer<TKeyOut>.Default.Equals(now.Key, before.Key))
        {
            Forward(record, now.Key, new Change<TValueOut>(now.Value, before.Value, change.IsLatest));
            return;
        }

        if (hasOld)
            Forward(record, before.Key, new Change<TValueOut>(default, before.Value, change.IsLatest));
        if (hasNew)
            Forward(record, now.Key, new Change<TValueOut>(now.Value, default, change.IsLatest));
    }

    private void Forward(in Record<TKeyIn, Change<TValueIn>> record, TKeyOut key, Change<TValueOut> change) =>
        Forward(new Record<TKeyOut, Change<TValueOut>>(key, change, record.Timestamp, record.Headers));

    private bool TrySelect(TKeyIn key, TValueIn? value, out (TKeyOut Key, TValueOut Value) selected)
    {
        selected = value is null ? default : selector(key, value);
        return value is not null && selected.Key is not null && selected.Value is not null;
    }
}

/// <summary>Aggregates a grouped table: the old value is subtracted, the new one added.</summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="storeName">The store of the aggregates.</param>
/// <param name="initializer">The aggregate before the first value; null where the first value stands for itself.</param>
/// <param name="adder">Of key, value and aggregate, which is null only where there is no initializer.</param>
/// <param name="subtractor">Of key, old value and aggregate.</param>
/// <param name="sendsOldValues">Whether changes carry old values.</param>
internal sealed class TableAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    Func<TAggregate?>? initializer,
    Func<TKey, TValue, TAggregate?, TAggregate?> adder,
    Func<TKey, TValue, TAggregate, TAggregate?> subtractor,
    bool sendsOldValues)
    : StatefulNode<TKey, Change<TValue>, TKey, Change<TAggregate>>(name, task)
{
    private TableStore<TKey, TAggregate> _store = null!;
    private TableForwarder<TKey, TAggregate> _forwarder = null!;

    public override void Init()
    {
        _store = TableStore<TKey, TAggregate>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TAggregate>(this, _store.Store, sendsOldValues);
    }

    protected override void Process(in Record<TKey, Change<TValue>> record)
    {
        if (record.Key is null)
            throw new StreamsException($"{Name} got a change without key.") { Task = Task.TaskId };
        var entry = _store.Get(record.Key);
        var old = entry.ValueOrNull();
        var aggregate = old;
        var timestamp = record.Timestamp;
        if (record.Value.Old is { } before && old is { } known)
        {
            aggregate = subtractor(record.Key, before, known);
            timestamp = Math.Max(timestamp, entry!.Value.Timestamp);
        }

        if (record.Value.New is { } now)
        {
            if (aggregate is null && initializer is not null)
                aggregate = initializer();
            if (entry is { } stored && (aggregate is not null || initializer is not null))
                timestamp = Math.Max(timestamp, stored.Timestamp);
            aggregate = adder(record.Key, now, aggregate);
        }

        var result = _store.Put(record.Key, aggregate, timestamp);
        if (result == PutResult.NotPut)
            return;
        _forwarder.Forward(new Record<TKey, Change<TAggregate>>(
            record.Key,
            new Change<TAggregate>(aggregate, sendsOldValues ? old : default, result == PutResult.Latest),
            timestamp,
            record.Headers));
    }
}
