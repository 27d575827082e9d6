using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Operators;

/// <summary>What a join of a stream with a table does with a record.</summary>
/// <param name="Table">Where to look.</param>
/// <param name="KeyOf">The table's key for a record; null finds nothing.</param>
/// <param name="Joiner">Of key, the record's value and the table's, which is null where there is none.</param>
/// <param name="IsLeft">Whether a record that finds nothing has a result.</param>
internal sealed record StreamTableJoin<TKey, TValue, TTableKey, TTable, TResult>(
    TableGetters<TTableKey, TTable> Table,
    Func<TKey, TValue, TTableKey?> KeyOf,
    Func<TKey, TValue, TTable?, TResult> Joiner,
    bool IsLeft);

/// <summary>
/// Joins each record of a stream with what a table holds for its key: at the record's time where the table keeps versions,
/// now where not. Records without value are dropped; those for which there is no key to look for too, but for a left join.
/// </summary>
internal class StreamTableJoinNode<TKey, TValue, TTableKey, TTable, TResult>(
    string name, TaskContext task, StreamTableJoin<TKey, TValue, TTableKey, TTable, TResult> join)
    : StatefulNode<TKey, TValue, TKey, TResult>(name, task)
{
    protected TableGetter<TTableKey, TTable> Table { get; private set; } = null!;

    public override void Init() => Table = join.Table.Create(Task);

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (!IsDropped(record))
            Join(record);
    }

    /// <summary>Whether a record cannot be joined; it is counted then.</summary>
    protected bool IsDropped(in Record<TKey, TValue> record)
    {
        if (record.Value is not null && (join.IsLeft || join.KeyOf(record.Key, record.Value) is not null))
            return false;
        Task.CountDropped();
        return true;
    }

    protected void Join(in Record<TKey, TValue> record)
    {
        var tableKey = join.KeyOf(record.Key, record.Value);
        ValueAndTimestamp<TTable>? entry = null;
        if (tableKey is not null)
            entry = Table.IsVersioned ? Table.Get(tableKey, record.Timestamp) : Table.Get(tableKey);
        var found = entry.ValueOrNull();
        if (join.IsLeft || found is not null)
            Forward(record.WithValue(join.Joiner(record.Key, record.Value, found)));
    }
}
