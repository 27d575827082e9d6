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
    : ComputedTableNode<TKey, TValueIn, TValueOut>(name, task, storeName, sendsOldValues, skipsNothings: false)
{
    public override void Init()
    {
        transformer.Init(new NodeContext(Name, Task, stores));
        base.Init();
    }

    public override void Close() => transformer.Close();

    protected override TValueOut? Compute(TKey key, TValueIn? value) => transformer.Transform(key, value);
}

/// <summary>A table computed by transformers.</summary>
internal sealed class TransformedTable<TKey, TParent, TValue>(
    TableValues<TKey, TParent> parent,
    Func<IValueTransformer<TKey, TParent, TValue>> supplier,
    string node,
    IReadOnlySet<string> stores,
    string? store)
    : ComputedTable<TKey, TParent, TValue>(parent, store)
{
    protected override IEnumerable<string> Stores => stores;

    protected override TableGetter<TKey, TValue> CreateGetter(TableGetter<TKey, TParent> parent, TaskContext task) =>
        new Getter(parent, task, supplier(), new NodeContext(node, task, stores));

    private sealed class Getter : ComputedGetter<TKey, TParent, TValue>
    {
        private readonly TaskContext _task;
        private readonly IValueTransformer<TKey, TParent, TValue> _transformer;

        public Getter(
            TableGetter<TKey, TParent> parent,
            TaskContext task,
            IValueTransformer<TKey, TParent, TValue> transformer,
            NodeContext context)
            : base(parent)
        {
            (_task, _transformer) = (task, transformer);
            transformer.Init(context);
        }

        protected override ValueAndTimestamp<TValue>? Compute(TKey key, ValueAndTimestamp<TParent>? entry)
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
