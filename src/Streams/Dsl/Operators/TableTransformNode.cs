using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Makes a table of another with a transformer of the user's.</summary>
internal sealed class TableTransformNode<TKey, TValueIn, TValueOut>(
    string name,
    TaskContext task,
    IValueTransformer<TKey, TValueIn, TValueOut> transformer,
    IReadOnlySet<string> stores,
    string? storeName,
    bool sendsOldValues)
    : StatefulNode<TKey, Change<TValueIn>, TKey, Change<TValueOut>>(name, task)
{
    private TableStore<TKey, TValueOut>? _store;
    private TableForwarder<TKey, TValueOut>? _forwarder;

    public override void Init()
    {
        transformer.Init(new NodeContext(Name, Task, stores));
        if (storeName is null)
            return;
        _store = TableStore<TKey, TValueOut>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TValueOut>(this, _store.Store, sendsOldValues);
    }

    public override void Close() => transformer.Close();

    protected override void Process(in Record<TKey, Change<TValueIn>> record)
    {
        var change = record.Value;
        var newValue = transformer.Transform(record.Key, change.New);
        if (_store is null)
        {
            var oldValue = sendsOldValues ? transformer.Transform(record.Key, change.Old) : default;
            Forward(record.WithValue(new Change<TValueOut>(newValue, oldValue, change.IsLatest)));
            return;
        }

        var stored = sendsOldValues ? _store.Get(record.Key).ValueOrNull() : default;
        var result = _store.Put(record.Key, newValue, record.Timestamp);
        if (result != PutResult.NotPut)
            _forwarder!.Forward(record.WithValue(new Change<TValueOut>(newValue, stored, result == PutResult.Latest)));
    }
}

/// <summary>A table computed by transformers; kept in a store only where it has a name.</summary>
internal sealed class TransformedTable<TKey, TParent, TValue>(
    TableValues<TKey, TParent> parent,
    Func<IValueTransformer<TKey, TParent, TValue>> supplier,
    string node,
    IReadOnlySet<string> stores,
    string? store)
    : TableValues<TKey, TValue>
{
    public override bool EnableOldValues(bool force)
    {
        if (store is not null || parent.EnableOldValues(force))
            SendsOldValues = true;
        return SendsOldValues;
    }

    public override TableGetters<TKey, TValue> Getters()
    {
        if (store is not null)
            return TableGetters<TKey, TValue>.OfStore(store);
        var inner = parent.Getters();
        return new TableGetters<TKey, TValue>(
            [.. inner.StoreNames, .. stores],
            task => new Getter(inner.Create(task), task, supplier(), new NodeContext(node, task, stores)));
    }

    private sealed class Getter : TableGetter<TKey, TValue>
    {
        private readonly TableGetter<TKey, TParent> _parent;
        private readonly TaskContext _task;
        private readonly IValueTransformer<TKey, TParent, TValue> _transformer;

        public Getter(
            TableGetter<TKey, TParent> parent,
            TaskContext task,
            IValueTransformer<TKey, TParent, TValue> transformer,
            NodeContext context)
        {
            (_parent, _task, _transformer) = (parent, task, transformer);
            transformer.Init(context);
        }

        public override bool IsVersioned => _parent.IsVersioned;

        public override ValueAndTimestamp<TValue>? Get(TKey key) => Transform(key, _parent.Get(key));

        public override ValueAndTimestamp<TValue>? Get(TKey key, long asOf) => Transform(key, _parent.Get(key, asOf));

        private ValueAndTimestamp<TValue>? Transform(TKey key, ValueAndTimestamp<TParent>? entry)
        {
            // A lookup is no record: the transformer sees none.
            var (current, timestamp, headers) = (_task.Current, _task.CurrentTimestamp, _task.CurrentHeaders);
            (_task.Current, _task.CurrentTimestamp, _task.CurrentHeaders) = (default, entry?.Timestamp ?? -1, Headers.Empty);
            var value = _transformer.Transform(key, entry.ValueOrNull());
            (_task.Current, _task.CurrentTimestamp, _task.CurrentHeaders) = (current, timestamp, headers);
            return value is null ? null : new ValueAndTimestamp<TValue>(value, entry?.Timestamp ?? -1);
        }
    }
}
