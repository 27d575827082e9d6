using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Makes a table's changes of a stream's records. Records without key are dropped.</summary>
internal sealed class TableSourceNode<TKey, TValue>(
    string name, TaskContext task, string? storeName, bool sendsOldValues)
    : StatefulNode<TKey, TValue, TKey, Change<TValue>>(name, task)
{
    private TableStore<TKey, TValue>? _store;
    private TableForwarder<TKey, TValue>? _forwarder;

    public override void Init()
    {
        if (storeName is null)
            return;
        _store = TableStore<TKey, TValue>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TValue>(this, _store.Store, sendsOldValues);
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null)
        {
            Task.CountDropped();
            return;
        }

        if (_store is null)
        {
            Forward(record.WithValue(new Change<TValue>(record.Value, default)));
            return;
        }

        var old = _store.Get(record.Key);
        var result = _store.Put(record.Key, record.Value, record.Timestamp);
        if (result != PutResult.NotPut)
        {
            _forwarder!.Forward(record.WithValue(
                new Change<TValue>(record.Value, old.ValueOrNull(), result == PutResult.Latest)));
        }
    }
}

/// <summary>Makes a table of another, value by value.</summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="storeName">The store that keeps the new table; null for none.</param>
/// <param name="sendsOldValues">Whether changes carry old values.</param>
/// <param name="skipsNothings">Whether changes from nothing to nothing stay here, where old values are known: filters do so.</param>
internal abstract class ComputedTableNode<TKey, TValueIn, TValueOut>(
    string name, TaskContext task, string? storeName, bool sendsOldValues, bool skipsNothings)
    : StatefulNode<TKey, Change<TValueIn>, TKey, Change<TValueOut>>(name, task)
{
    private TableStore<TKey, TValueOut>? _store;
    private TableForwarder<TKey, TValueOut>? _forwarder;

    public override void Init()
    {
        if (storeName is null)
            return;
        _store = TableStore<TKey, TValueOut>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TValueOut>(this, _store.Store, sendsOldValues);
    }

    protected override void Process(in Record<TKey, Change<TValueIn>> record)
    {
        var change = record.Value;
        var newValue = Compute(record.Key, change.New);
        TValueOut? oldValue = default;
        if (sendsOldValues)
            oldValue = _store is null ? Compute(record.Key, change.Old) : _store.Get(record.Key).ValueOrNull();
        if (skipsNothings && sendsOldValues && oldValue is null && newValue is null)
            return;
        if (_store is null)
        {
            Forward(record.WithValue(new Change<TValueOut>(newValue, oldValue, change.IsLatest)));
            return;
        }

        var result = _store.Put(record.Key, newValue, record.Timestamp);
        if (result != PutResult.NotPut)
        {
            _forwarder!.Forward(
                record.WithValue(new Change<TValueOut>(newValue, oldValue, result == PutResult.Latest)));
        }
    }

    /// <summary>The new value of a key; null deletes it.</summary>
    protected abstract TValueOut? Compute(TKey key, TValueIn? value);
}

/// <summary>Makes a table of another with a function: filters and mappings.</summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="compute">The new value of a key; null deletes it. Never called with null.</param>
/// <param name="storeName">The store that keeps the new table; null for none.</param>
/// <param name="sendsOldValues">Whether changes carry old values.</param>
/// <param name="skipsNothings">Whether changes from nothing to nothing stay here, where old values are known: filters do so.</param>
internal sealed class TableMapNode<TKey, TValueIn, TValueOut>(
    string name,
    TaskContext task,
    Func<TKey, TValueIn, TValueOut?> compute,
    string? storeName,
    bool sendsOldValues,
    bool skipsNothings)
    : ComputedTableNode<TKey, TValueIn, TValueOut>(name, task, storeName, sendsOldValues, skipsNothings)
{
    protected override TValueOut? Compute(TKey key, TValueIn? value) => value is null ? default : compute(key, value);
}

/// <summary>Makes a stream of a table's changes.</summary>
internal sealed class TableToStreamNode<TKey, TValue>(string name)
    : ForwardingNode<TKey, TValue?>(name), IReceiver<TKey, Change<TValue>>
{
    public void Receive(in Record<TKey, Change<TValue>> record) => Forward(record.WithValue(record.Value.New));
}
