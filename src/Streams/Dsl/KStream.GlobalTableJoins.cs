using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams;

/// <content>Joins with global tables, by any key. Nothing has to be partitioned alike.</content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>Joins each record with a global table's value of a selected key; records that find none are dropped.</summary>
    /// <param name="table">The table, as it is at that moment.</param>
    /// <param name="keySelector">The table's key for a record; null finds nothing.</param>
    /// <param name="joiner">Of the record's value and the table's, never null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <remarks>
    /// A result has time and headers of the record. The table is as far as this instance has read it: no order holds between records and the table's changes, and those give
    /// no results. Nothing has to be partitioned alike.
    /// </remarks>
    public KStream<TKey, TResult> Join<TGlobalKey, TGlobal, TResult>(
        GlobalKTable<TGlobalKey, TGlobal> table,
        Func<TKey, TValue, TGlobalKey?> keySelector,
        Func<TValue, TGlobal, TResult> joiner,
        Named? named = null) =>
        JoinGlobal<TGlobalKey, TGlobal, TResult>(
            table, keySelector, (_, value, found) => joiner(value, found!), false, named);

    /// <inheritdoc cref="Join{TGlobalKey,TGlobal,TResult}(GlobalKTable{TGlobalKey,TGlobal},Func{TKey,TValue,TGlobalKey},Func{TValue,TGlobal,TResult},Named)"/>
    public KStream<TKey, TResult> Join<TGlobalKey, TGlobal, TResult>(
        GlobalKTable<TGlobalKey, TGlobal> table,
        Func<TKey, TValue, TGlobalKey?> keySelector,
        Func<TKey, TValue, TGlobal, TResult> joiner,
        Named? named = null) =>
        JoinGlobal<TGlobalKey, TGlobal, TResult>(table, keySelector, joiner!, false, named);

    /// <summary>Joins each record with a global table's value of a selected key, or null.</summary>
    /// <param name="table">The table, as it is at that moment.</param>
    /// <param name="keySelector">The table's key for a record; null finds nothing.</param>
    /// <param name="joiner">Of the record's value, never null, and the table's.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <remarks>
    /// A result has time and headers of the record. The table is as far as this instance has read it: no order holds between records and the table's changes, and those give
    /// no results. Nothing has to be partitioned alike.
    /// </remarks>
    public KStream<TKey, TResult> LeftJoin<TGlobalKey, TGlobal, TResult>(
        GlobalKTable<TGlobalKey, TGlobal> table,
        Func<TKey, TValue, TGlobalKey?> keySelector,
        Func<TValue, TGlobal?, TResult> joiner,
        Named? named = null) =>
        JoinGlobal<TGlobalKey, TGlobal, TResult>(table, keySelector, (_, value, found) => joiner(value, found), true, named);

    /// <inheritdoc cref="LeftJoin{TGlobalKey,TGlobal,TResult}(GlobalKTable{TGlobalKey,TGlobal},Func{TKey,TValue,TGlobalKey},Func{TValue,TGlobal,TResult},Named)"/>
    public KStream<TKey, TResult> LeftJoin<TGlobalKey, TGlobal, TResult>(
        GlobalKTable<TGlobalKey, TGlobal> table,
        Func<TKey, TValue, TGlobalKey?> keySelector,
        Func<TKey, TValue, TGlobal?, TResult> joiner,
        Named? named = null) =>
        JoinGlobal(table, keySelector, joiner, true, named);

    private KStream<TKey, TResult> JoinGlobal<TGlobalKey, TGlobal, TResult>(
        GlobalKTable<TGlobalKey, TGlobal> table,
        Func<TKey, TValue, TGlobalKey?> keySelector,
        Func<TKey, TValue, TGlobal?, TResult> joiner,
        bool isLeft,
        Named? named)
    {
        var name = Graph.NameOr(named?.Name, "KSTREAM-LEFTJOIN-"); // Kafka names inner ones so too
        var join = new StreamTableJoin<TKey, TValue, TGlobalKey, TGlobal, TResult>(
            table.Getters, keySelector, joiner, isLeft);
        var node = new OperatorNode(
            name, task => new StreamTableJoinNode<TKey, TValue, TGlobalKey, TGlobal, TResult>(name, task, join))
        {
            AnswersNullKeys = isLeft,
        };
        Graph.Add(Node, node);
        return new KStream<TKey, TResult>(Graph, node, name, Sources, KeySerde, null, NeedsRepartition);
    }
}
