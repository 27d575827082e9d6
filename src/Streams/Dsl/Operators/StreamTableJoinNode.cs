using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>
/// Joins each record of a stream with what a table holds for its key: at the record's time where the table keeps versions,
/// now where not. Records without value are dropped; those without key too, but for a left join.
/// </summary>
/// <param name="name">The node's name.</param>
/// <param name="task">Its task.</param>
/// <param name="table">Where to look.</param>
/// <param name="keyOf">The table's key for a record; null finds nothing.</param>
/// <param name="joiner">Of key, the record's value and the table's, which is null where there is none.</param>
/// <param name="isLeft">Whether a record that finds nothing has a result.</param>
internal sealed class StreamTableJoinNode<TKey, TValue, TTableKey, TTable, TResult>(
    string name,
    TaskContext task,
    TableGetters<TTableKey, TTable> table,
    Func<TKey, TValue, TTableKey> keyOf,
    Func<TKey, TValue, TTable?, TResult> joiner,
    bool isLeft)
    : StatefulNode<TKey, TValue, TKey, TResult>(name, task)
{
    private TableGetter<TTableKey, TTable> _table = null!;

    public override void Init() => _table = table.Create(Task);

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Value is null)
            return;
        var tableKey = keyOf(record.Key, record.Value);
        if (tableKey is null && !(isLeft && record.Key is null))
            return;
        ValueAndTimestamp<TTable>? entry = null;
        if (tableKey is not null)
            entry = _table.IsVersioned ? _table.Get(tableKey, record.Timestamp) : _table.Get(tableKey);
        var found = entry.ValueOrNull();
        if (isLeft || found is not null)
            Forward(record.WithValue(joiner(record.Key, record.Value, found)));
    }
}
