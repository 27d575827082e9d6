using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key and window, to be aggregated into a table. Records without key are dropped, and so are those whose
/// window has closed: the largest time seen has passed the window's end and grace. Values of null are aggregated.
/// </summary>
public sealed class TimeWindowedKStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly GroupedAggregation<TKey, TValue> _grouped;
    private readonly Func<EmitStrategy, Dsl.Windowing.Windowing> _windowing;
    private readonly EmitStrategy _emit;
    private readonly bool _burnsName;

    internal TimeWindowedKStream(GroupedAggregation<TKey, TValue> grouped, Windows windows)
        : this(grouped, emit => Fixed(windows, emit), default, true)
    {
    }

    internal TimeWindowedKStream(GroupedAggregation<TKey, TValue> grouped, SlidingWindows windows)
        : this(grouped, emit => new SlidingWindowing(windows, emit), default, false)
    {
    }

    private TimeWindowedKStream(
        GroupedAggregation<TKey, TValue> grouped,
        Func<EmitStrategy, Dsl.Windowing.Windowing> windowing,
        EmitStrategy emit,
        bool burnsName) =>
        (_grouped, _windowing, _emit, _burnsName) = (grouped, windowing, emit, burnsName);

    /// <summary>The same windows, telling results at another time; <see cref="MedStreams.Streams.EmitStrategy.OnWindowUpdate"/> by default.</summary>
    /// <exception cref="TopologyException">Unlimited windows never close.</exception>
    public TimeWindowedKStream<TKey, TValue> EmitStrategy(EmitStrategy strategy)
    {
        _windowing(strategy);
        return new TimeWindowedKStream<TKey, TValue>(_grouped, _windowing, strategy, _burnsName);
    }

    /// <summary>How many records each key has in each window.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<Windowed<TKey>, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null } && _burnsName)
            _grouped.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return Aggregate(AggregatePrefix, Aggregation<TKey, TValue, long?>.Count, named, materialized);
    }

    /// <inheritdoc cref="Count(Named,Materialized{TKey,long?})"/>
    public KTable<Windowed<TKey>, long?> Count(Materialized<TKey, long?> materialized) => Count(null, materialized);

    /// <summary>Combines the values of each key in each window; the first one stands for itself.</summary>
    /// <param name="reducer">Of the value so far and the new one; null deletes the entry.</param>
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

    /// <summary>Aggregates the values of each key in each window.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the entry.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(
            AggregatePrefix,
            new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator!),
            named,
            materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, null, materialized);

    private static FixedWindowing Fixed(Windows windows, EmitStrategy emit) =>
        emit == MedStreams.Streams.EmitStrategy.OnWindowClose && windows is UnlimitedWindows
            ? throw new TopologyException("Unlimited windows never close, so nothing would ever be emitted.")
            : new FixedWindowing(windows, emit);

    private KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        Named? named,
        Materialized<TKey, TAggregate>? materialized) =>
        _grouped.Windowed(_windowing(_emit), prefix, aggregation, named, materialized);
}
