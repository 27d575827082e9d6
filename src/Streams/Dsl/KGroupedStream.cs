using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key, to be aggregated into a table. Records without key or value are dropped. A result's time is the
/// largest of its records'.
/// </summary>
public sealed class KGroupedStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly GroupedAggregation<TKey, TValue> _aggregation;

    internal KGroupedStream(
        StreamsGraph graph,
        GraphNode node,
        string name,
        IReadOnlyList<string> sources,
        Grouped<TKey, TValue> grouped,
        bool needsRepartition)
    {
        Name = name;
        _aggregation = new GroupedAggregation<TKey, TValue>(graph, node, sources, grouped, needsRepartition);
    }

    internal string Name { get; }

    /// <summary>How many records each key has had.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<TKey, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null })
            _aggregation.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return Aggregate<long?>(AggregatePrefix, static () => 0, static (_, _, count) => count + 1, named, materialized);
    }

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<TKey, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each key; the first one stands for itself.</summary>
    /// <param name="reducer">Of the value so far and the new one; null deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue> reducer, Named? named = null, Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        return Aggregate(
            ReducePrefix,
            null,
            (_, value, old) => old is null ? value : reducer(old, value),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? _aggregation.Grouped.ValueSerde });
    }

    /// <inheritdoc cref="Reduce(Func{TValue,TValue,TValue},Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue> reducer, Materialized<TKey, TValue> materialized) =>
        Reduce(reducer, null, materialized);

    /// <summary>Aggregates the values of each key.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(AggregatePrefix, initializer, aggregator!, named, materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, null, materialized);

    /// <summary>Aggregates by tumbling, hopping or unlimited windows.</summary>
    public TimeWindowedKStream<TKey, TValue> WindowedBy(Windows windows) => new(_aggregation, windows);

    private KTable<TKey, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Func<TAggregate?>? initializer,
        Func<TKey, TValue, TAggregate?, TAggregate?> aggregator,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var graph = _aggregation.Graph;
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? _aggregation.Grouped.KeySerde };
        var storeName = materialized.StoreName ?? graph.NewStoreName(prefix);
        var name = graph.NameOr(named?.Name, prefix);
        var values = new StoredTable<TKey, TAggregate>(storeName);
        var (node, sources) = _aggregation.Add(
            name,
            storeName,
            task => new StreamAggregateNode<TKey, TValue, TAggregate>(
                name, task, storeName, aggregator, initializer, values.SendsOldValues),
            writer => TableStores.KeyValue(writer, name, materialized, storeName));
        return new KTable<TKey, TAggregate>(
            graph, node, name, sources, materialized.KeySerde, materialized.ValueSerde, values, materialized.StoreName);
    }
}
