using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>Records grouped by key and window, whatever the windows, to be aggregated into a table. Records without key are dropped.</summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TValue">Type of the values; nullable where tombstones may come.</typeparam>
public abstract class WindowedKStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly bool _countBurnsName;

    private protected WindowedKStream(GroupedAggregation<TKey, TValue> grouped, Windowing windowing, bool countBurnsName) =>
        (Grouped, Windowing, _countBurnsName) = (grouped, windowing, countBurnsName);

    private protected GroupedAggregation<TKey, TValue> Grouped { get; }

    private protected Windowing Windowing { get; }

    /// <summary>How many records each key has in each window; records without value count too.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<Windowed<TKey>, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null } && _countBurnsName)
            Grouped.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return Grouped.Windowed(Windowing, AggregatePrefix, Aggregation<TKey, TValue, long?>.Count, named, materialized);
    }

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<Windowed<TKey>, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each key in each window; the first one stands for itself.</summary>
    /// <param name="reducer">
    /// Of the value so far and the new one, which is null for a tombstone, or of the values of two sessions that become one; null from it
    /// deletes the entry.
    /// </param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TValue> Reduce(
        Func<TValue, TValue, TValue?> reducer, Named? named = null, Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        return Grouped.Windowed(
            Windowing,
            ReducePrefix,
            Aggregation<TKey, TValue, TValue>.Reduce(reducer),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? Grouped.Grouped.ValueSerde });
    }

    /// <inheritdoc cref="Reduce(Func{TValue,TValue,TValue},Named,Materialized{TKey,TValue})"/>
    public KTable<Windowed<TKey>, TValue> Reduce(
        Func<TValue, TValue, TValue?> reducer, Materialized<TKey, TValue> materialized) =>
        Reduce(reducer, null, materialized);

    private protected KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Aggregation<TKey, TValue, TAggregate> aggregation, Named? named, Materialized<TKey, TAggregate>? materialized) =>
        Grouped.Windowed(Windowing, AggregatePrefix, aggregation, named, materialized);
}
