using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>
/// A table's entries grouped by a new key, to be aggregated into another table: when an entry changes, its old value is subtracted
/// and its new one added. A result's time is the largest of the entries' that made it. Entries whose new key is null are left out.
/// </summary>
public sealed class KGroupedTable<TKey, TValue>
{
    private const string AggregatePrefix = "KTABLE-AGGREGATE-";
    private const string ReducePrefix = "KTABLE-REDUCE-";

    private readonly StreamsGraph _graph;
    private readonly GraphNode _node;
    private readonly Grouped<TKey, TValue> _grouped;
    private TableRepartitionNode<TKey, TValue>? _repartition;

    internal KGroupedTable(StreamsGraph graph, GraphNode node, Grouped<TKey, TValue> grouped) =>
        (_graph, _node, _grouped) = (graph, node, grouped);

    /// <summary>How many entries each group has.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<TKey, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null) =>
        Aggregate<long?>(
            AggregatePrefix,
            static () => 0,
            static (_, _, count) => count + 1,
            static (_, _, count) => count - 1,
            named,
            materialized);

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<TKey, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each group; the first one stands for itself.</summary>
    /// <param name="adder">Of the result so far and a value that is new.</param>
    /// <param name="subtractor">Of the result so far and a value that is gone.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue?> adder,
        Func<TValue, TValue, TValue?> subtractor,
        Named? named = null,
        Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        return Aggregate(
            ReducePrefix,
            null,
            (_, value, old) => old is null ? value : adder(old, value),
            (_, value, old) => subtractor(old, value),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? _grouped.ValueSerde });
    }

    /// <inheritdoc cref="Reduce(Func{TValue,TValue,TValue},Func{TValue,TValue,TValue},Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue?> adder,
        Func<TValue, TValue, TValue?> subtractor,
        Materialized<TKey, TValue> materialized) => Reduce(adder, subtractor, null, materialized);

    /// <summary>Aggregates the values of each group.</summary>
    /// <param name="initializer">The aggregate before the first value.</param>
    /// <param name="adder">Of key, a value that is new, and the aggregate so far.</param>
    /// <param name="subtractor">Of key, a value that is gone, and the aggregate so far.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> adder,
        Func<TKey, TValue, TAggregate, TAggregate?> subtractor,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(AggregatePrefix, initializer, adder!, subtractor, named, materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> adder,
        Func<TKey, TValue, TAggregate, TAggregate?> subtractor,
        Materialized<TKey, TAggregate> materialized) =>
        Aggregate(initializer, adder, subtractor, null, materialized);

    private KTable<TKey, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Func<TAggregate?>? initializer,
        Func<TKey, TValue, TAggregate?, TAggregate?> adder,
        Func<TKey, TValue, TAggregate, TAggregate?> subtractor,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? _grouped.KeySerde };
        var storeName = materialized.StoreName ?? _graph.NewStoreName(AggregatePrefix);
        var sinkName = _graph.NameOr(named?.Name, "-sink", "KSTREAM-SINK-");
        var sourceName = _graph.NameOr(named?.Name, "-source", "KSTREAM-SOURCE-");
        var name = _graph.NameOr(named?.Name, prefix);
        if (_repartition is null || _grouped.Name is null)
        {
            _repartition = new TableRepartitionNode<TKey, TValue>(
                sourceName, sinkName, (_grouped.Name ?? storeName) + "-repartition", _grouped);
        }

        _graph.Add(_node, _repartition);
        var values = new StoredTable<TKey, TAggregate>(storeName);
        var node = new OperatorNode(
            name,
            task => new TableAggregateNode<TKey, TValue, TAggregate>(
                name, task, storeName, initializer, adder, subtractor, values.SendsOldValues))
        {
            IsOutputVersioned = materialized.IsVersioned,
            Store = writer => TableStores.KeyValue(writer, name, materialized, storeName),
        };
        _graph.Add(_repartition, node);
        return new KTable<TKey, TAggregate>(
            _graph,
            node,
            name,
            [_repartition.Name],
            materialized.KeySerde,
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }
}
