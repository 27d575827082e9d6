using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key, to be aggregated into a table. Records without key or value are dropped. A result's time is the
/// largest of its records'.
/// </summary>
public sealed class KGroupedStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly GroupedAggregation<TKey, TValue> _grouped;

    internal KGroupedStream(
        StreamsGraph graph,
        GraphNode node,
        string name,
        IReadOnlyList<string> sources,
        Grouped<TKey, TValue> grouped,
        bool needsRepartition)
    {
        Name = name;
        _grouped = new GroupedAggregation<TKey, TValue>(graph, node, sources, grouped, needsRepartition);
    }

    internal string Name { get; }

    internal GroupedAggregation<TKey, TValue> Grouping => _grouped;

    /// <summary>How many records each key has had.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<TKey, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null })
            _grouped.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return _grouped.Aggregate(AggregatePrefix, Aggregation<TKey, TValue, long?>.Count, named, materialized);
    }

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<TKey, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each key; the first one stands for itself.</summary>
    /// <param name="reducer">Of the value so far and the new one; null deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue?> reducer, Named? named = null, Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        return _grouped.Aggregate(
            ReducePrefix,
            Aggregation<TKey, TValue, TValue>.Reduce(reducer),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? _grouped.Grouped.ValueSerde });
    }

    /// <inheritdoc cref="Reduce(Func{TValue,TValue,TValue},Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> Reduce(
        Func<TValue, TValue, TValue?> reducer, Materialized<TKey, TValue> materialized) =>
        Reduce(reducer, null, materialized);

    /// <summary>Aggregates the values of each key.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        _grouped.Aggregate(
            AggregatePrefix,
            new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator!),
            named,
            materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, null, materialized);

    /// <summary>Aggregates by tumbling, hopping or unlimited windows.</summary>
    public TimeWindowedKStream<TKey, TValue> WindowedBy(Windows windows) => new(_grouped, windows);

    /// <summary>Aggregates by sliding windows.</summary>
    public TimeWindowedKStream<TKey, TValue> WindowedBy(SlidingWindows windows) => new(_grouped, windows);

    /// <summary>Aggregates by sessions.</summary>
    public SessionWindowedKStream<TKey, TValue> WindowedBy(SessionWindows windows) => new(_grouped, windows);

    /// <summary>Aggregates several grouped streams into one table; add the others to what this answers.</summary>
    /// <param name="aggregator">Of key, value of this stream, and aggregate so far.</param>
    public CogroupedKStream<TKey, TAggregate> Cogroup<TAggregate>(
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator) =>
        new CogroupedKStream<TKey, TAggregate>(_grouped.Graph).Cogroup(this, aggregator);
}
