using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>Which sides of a join must have a value for there to be a result.</summary>
/// <param name="NeedsThis">The side that changes.</param>
/// <param name="NeedsOther">The side that is looked up.</param>
internal readonly record struct JoinRule(bool NeedsThis, bool NeedsOther)
{
    public static JoinRule Inner { get; } = new(true, true);

    public static JoinRule Left { get; } = new(true, false);

    public static JoinRule Outer { get; } = new(false, false);

    /// <summary>The rule as the other side sees it.</summary>
    public JoinRule Reversed => new(NeedsOther, NeedsThis);

    public bool Holds(bool hasThis, bool hasOther) =>
        (hasThis || !NeedsThis) && (hasOther || !NeedsOther) && (hasThis || hasOther);
}

/// <summary>One side of a join of two tables: joins a change with what the other table holds.</summary>
internal sealed class TableJoinSideNode<TKey, TThis, TOther, TResult>(
    string name,
    TaskContext task,
    TableGetters<TKey, TOther> others,
    Func<TThis?, TOther?, TResult?> joiner,
    JoinRule rule,
    bool latestOnly,
    bool sendsOldValues)
    : StatefulNode<TKey, Change<TThis>, TKey, Change<TResult>>(name, task)
{
    private TableGetter<TKey, TOther> _other = null!;

    public override void Init() => _other = others.Create(Task);

    protected override void Process(in Record<TKey, Change<TThis>> record)
    {
        if (record.Key is null)
            Task.CountDropped();
        if (record.Key is null || (latestOnly && !record.Value.IsLatest))
            return;
        var entry = _other.Get(record.Key);
        var other = entry.ValueOrNull();
        var (now, before) = (record.Value.New, record.Value.Old);
        if (other is null && (rule.NeedsOther || (now is null && before is null)))
            return;
        TResult? newResult = rule.Holds(now is not null, other is not null) ? joiner(now, other) : default;
        TResult? oldResult = sendsOldValues && rule.Holds(before is not null, other is not null)
            ? joiner(before, other)
            : default;
        var timestamp = other is null ? record.Timestamp : Math.Max(record.Timestamp, entry!.Value.Timestamp);
        Forward(new Record<TKey, Change<TResult>>(
            record.Key,
            new Change<TResult>(newResult, oldResult, record.Value.IsLatest),
            timestamp,
            record.Headers));
    }
}

/// <summary>Where both sides of a join of tables meet: puts results into the store, if there is one.</summary>
internal sealed class TableJoinMergeNode<TKey, TResult>(
    string name, TaskContext task, string? storeName, bool sendsOldValues)
    : StatefulNode<TKey, Change<TResult>, TKey, Change<TResult>>(name, task)
{
    private TableStore<TKey, TResult>? _store;
    private TableForwarder<TKey, TResult>? _forwarder;

    public override void Init()
    {
        if (storeName is null)
            return;
        _store = TableStore<TKey, TResult>.Open(Task, storeName);
        _forwarder = new TableForwarder<TKey, TResult>(this, _store.Store, sendsOldValues);
    }

    protected override void Process(in Record<TKey, Change<TResult>> record)
    {
        if (_store is null)
        {
            Forward(sendsOldValues ? record : record.WithValue(record.Value with { Old = default }));
            return;
        }

        var result = _store.Put(record.Key, record.Value.New, record.Timestamp);
        if (result != PutResult.NotPut)
            _forwarder!.Forward(record.WithValue(record.Value with { IsLatest = result == PutResult.Latest }));
    }
}
