using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Suppression;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <content>Joins with tables. Both topics must have equally many partitions.</content>
public sealed partial class KStream<TKey, TValue>
{
    private RepartitionNode<TKey, TValue>? _joinRepartition;

    /// <summary>Joins each record with the table's value of its key; records that find none are dropped.</summary>
    /// <param name="table">The table; one that keeps versions is asked for the record's time.</param>
    /// <param name="joiner">Of the record's value and the table's, never null.</param>
    /// <param name="joined">Serdes and names; null for the defaults.</param>
    /// <remarks>
    /// A result has time and headers of the record. The table is as it was when the record was processed: records of both are taken in the order of their times, as far as
    /// they are there. Changes of the table alone give no results. Both topics must have equally many partitions; where keys may have changed, a repartition topic
    /// is put between. With <see cref="Joined{TKey,TValue,TTable}.GracePeriod"/> records wait so long, by stream time, for the table's changes of before their time. Records without
    /// key or value are dropped.
    /// </remarks>
    public KStream<TKey, TResult> Join<TTable, TResult>(
        KTable<TKey, TTable> table,
        Func<TValue, TTable, TResult> joiner,
        Joined<TKey, TValue, TTable>? joined = null) =>
        JoinTable<TTable, TResult>(table, (_, value, found) => joiner(value, found!), false, joined);

    /// <inheritdoc cref="Join{TTable,TResult}(KTable{TKey,TTable},Func{TValue,TTable,TResult},Joined{TKey,TValue,TTable})"/>
    public KStream<TKey, TResult> Join<TTable, TResult>(
        KTable<TKey, TTable> table,
        Func<TKey, TValue, TTable, TResult> joiner,
        Joined<TKey, TValue, TTable>? joined = null) => JoinTable<TTable, TResult>(table, joiner!, false, joined);

    /// <summary>Joins each record with the table's value of its key, or null. Records without key find none.</summary>
    /// <param name="table">The table; one that keeps versions is asked for the record's time.</param>
    /// <param name="joiner">Of the record's value, never null, and the table's.</param>
    /// <param name="joined">Serdes and names; null for the defaults.</param>
    /// <remarks>
    /// A result has time and headers of the record. The table is as it was when the record was processed: records of both are taken in the order of their times, as far as
    /// they are there. Changes of the table alone give no results. Both topics must have equally many partitions; where keys may have changed, a repartition topic
    /// is put between. With <see cref="Joined{TKey,TValue,TTable}.GracePeriod"/> records wait so long, by stream time, for the table's changes of before their time. Records without
    /// value are dropped.
    /// </remarks>
    public KStream<TKey, TResult> LeftJoin<TTable, TResult>(
        KTable<TKey, TTable> table,
        Func<TValue, TTable?, TResult> joiner,
        Joined<TKey, TValue, TTable>? joined = null) =>
        JoinTable<TTable, TResult>(table, (_, value, found) => joiner(value, found), true, joined);

    /// <inheritdoc cref="LeftJoin{TTable,TResult}(KTable{TKey,TTable},Func{TValue,TTable,TResult},Joined{TKey,TValue,TTable})"/>
    public KStream<TKey, TResult> LeftJoin<TTable, TResult>(
        KTable<TKey, TTable> table,
        Func<TKey, TValue, TTable?, TResult> joiner,
        Joined<TKey, TValue, TTable>? joined = null) => JoinTable(table, joiner, true, joined);

    /// <summary>This stream behind a repartition topic where its keys may have changed; else this stream.</summary>
    private KStream<TKey, TValue> ForJoin(string? name, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde)
    {
        if (!NeedsRepartition)
            return this;
        var repartitioned = new Repartitioned<TKey, TValue>
        {
            KeySerde = keySerde ?? KeySerde,
            ValueSerde = valueSerde ?? ValueSerde,
        };
        var created = RepartitionNode<TKey, TValue>.Create(Graph, name ?? Name, optimizable: true, repartitioned);
        if (_joinRepartition is null || name is not null)
        {
            _joinRepartition = created;
            return Through(created);
        }

        return new KStream<TKey, TValue>(
            Graph,
            _joinRepartition,
            _joinRepartition.Name,
            [_joinRepartition.Name],
            repartitioned.KeySerde,
            repartitioned.ValueSerde,
            false);
    }

    private KStream<TKey, TResult> JoinTable<TTable, TResult>(
        KTable<TKey, TTable> table,
        Func<TKey, TValue, TTable?, TResult> joiner,
        bool isLeft,
        Joined<TKey, TValue, TTable>? joined)
    {
        joined ??= new Joined<TKey, TValue, TTable>();
        var from = ForJoin(joined.Name, joined.KeySerde, joined.LeftSerde);
        string[] sources = [.. from.Sources.Union(table.Sources, StringComparer.Ordinal)];
        Graph.Copartition(sources);
        var name = Graph.NameOr(joined.Name, isLeft ? "KSTREAM-LEFTJOIN-" : "KSTREAM-JOIN-");
        var join = new StreamTableJoin<TKey, TValue, TKey, TTable, TResult>(
            table.Values.Getters(), static (key, _) => key, joiner, isLeft);
        var node = joined.GracePeriod is { } grace
            ? from.JoinWithGrace(table, join, name, joined, grace)
            : new OperatorNode(
                name,
                task => new StreamTableJoinNode<TKey, TValue, TKey, TTable, TResult>(name, task, join),
                join.Table.StoreNames)
            {
                AnswersNullKeys = isLeft,
            };
        Graph.Add(from.Node, node);
        return new KStream<TKey, TResult>(
            Graph, node, name, sources, joined.KeySerde ?? from.KeySerde, null, false);
    }

    private OperatorNode JoinWithGrace<TTable, TResult>(
        KTable<TKey, TTable> table,
        StreamTableJoin<TKey, TValue, TKey, TTable, TResult> join,
        string name,
        Joined<TKey, TValue, TTable> joined,
        TimeSpan grace)
    {
        if (!VersionedSemantics.IsVersioned(table.Node))
        {
            throw new TopologyException(
                $"{name} waits for the table {table.Name}, which must keep versions for that: give it a versioned store.");
        }

        var bufferName = name + "-Buffer";
        var keySerde = Graph.Serdes.Resolve(joined.KeySerde ?? KeySerde, name, isKey: true);
        var valueSerde = Graph.Serdes.Resolve(joined.LeftSerde ?? ValueSerde, name, isKey: false);
        var graceMs = (long)grace.TotalMilliseconds;
        Graph.Add(
            Graph.RootNode,
            new StateStoreNode(Stores.KeyValueStoreBuilder(
                Stores.PersistentKeyValueStore(bufferName), new BufferedKeySerde<TKey>(keySerde), new BufferedChangeSerde())));
        return new OperatorNode(
            name,
            task => new GracefulJoinNode<TKey, TValue, TTable, TResult>(name, task, join, bufferName, valueSerde, graceMs),
            [.. join.Table.StoreNames, bufferName])
        {
            AnswersNullKeys = join.IsLeft,
            Check = topology => CheckHistory(topology, name, join.Table.StoreNames, graceMs),
        };
    }

    private static void CheckHistory(Topology topology, string name, IReadOnlyList<string> stores, long graceMs)
    {
        foreach (var store in stores)
        {
            if (topology.LayoutOf(store) is { Kind: StoreKind.Versioned } layout && layout.RetentionMs < graceMs)
            {
                throw new TopologyException(
                    $"{name} waits for {graceMs} ms, and the store {store} keeps versions for only {layout.RetentionMs} ms.");
            }
        }
    }
}
