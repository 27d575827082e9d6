using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key and session, to be aggregated into a table. A record between two sessions makes them one: their entries are
/// deleted and one for both is added. Records without key are dropped, and so are those whose session has closed: the
/// largest time seen has passed its end, gap and grace. A result's time is its session's end.
/// </summary>
public sealed class SessionWindowedKStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly GroupedAggregation<TKey, TValue> _grouped;
    private readonly SessionWindows _windows;
    private readonly EmitStrategy _emit;

    internal SessionWindowedKStream(
        GroupedAggregation<TKey, TValue> grouped, SessionWindows windows, EmitStrategy emit = default) =>
        (_grouped, _windows, _emit) = (grouped, windows, emit);

    /// <summary>The same sessions, telling results at another time; <see cref="MedStreams.Streams.EmitStrategy.OnWindowUpdate"/> by default.</summary>
    public SessionWindowedKStream<TKey, TValue> EmitStrategy(EmitStrategy strategy) => new(_grouped, _windows, strategy);

    /// <summary>How many records each key has in each session.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<Windowed<TKey>, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null })
            _grouped.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return Aggregate(AggregatePrefix, Aggregation<TKey, TValue, long?>.Count, named, materialized);
    }

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<Windowed<TKey>, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each key in each session; the first one stands for itself.</summary>
    /// <param name="reducer">Of the value so far and the new one, or of two sessions' values; null deletes the entry.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TValue> Reduce(
        Func<TValue, TValue, TValue> reducer, Named? named = null, Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        return Aggregate(
            ReducePrefix,
            Aggregation<TKey, TValue, TValue>.Reduce(reducer),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? _grouped.Grouped.ValueSerde });
    }

    /// <inheritdoc cref="Reduce(Func{TValue,TValue,TValue},Named,Materialized{TKey,TValue})"/>
    public KTable<Windowed<TKey>, TValue> Reduce(
        Func<TValue, TValue, TValue> reducer, Materialized<TKey, TValue> materialized) =>
        Reduce(reducer, null, materialized);

    /// <summary>Aggregates the values of each key in each session.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the entry.</param>
    /// <param name="merger">Of key and the aggregates of two sessions that become one.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Func<TKey, TAggregate, TAggregate, TAggregate> merger,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(
            AggregatePrefix,
            new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator!, merger!),
            named,
            materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Func{TKey,TAggregate,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Func<TKey, TAggregate, TAggregate, TAggregate> merger,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, merger, null, materialized);

    private KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        Named? named,
        Materialized<TKey, TAggregate>? materialized) =>
        _grouped.Windowed(new SessionWindowing(_windows, _emit), prefix, aggregation, named, materialized);
}
