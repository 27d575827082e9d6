using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key and window, to be aggregated into a table. Records without key are dropped, and so are those whose
/// window has closed: the largest time seen has passed the window's end and grace. Values of null are aggregated, but for
/// sliding windows, which drop them. A result's time is the largest of its records'.
/// </summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TValue">Type of the values; nullable where tombstones may come.</typeparam>
public sealed class TimeWindowedKStream<TKey, TValue> : WindowedKStream<TKey, TValue>
{
    private readonly Func<EmitStrategy, Windowing> _windowing;
    private readonly bool _countBurnsName;

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
        Func<EmitStrategy, Windowing> windowing,
        EmitStrategy emit,
        bool countBurnsName)
        : base(grouped, windowing(emit), countBurnsName) =>
        (_windowing, _countBurnsName) = (windowing, countBurnsName);

    /// <summary>The same windows, telling results at another time; <see cref="MedStreams.Streams.EmitStrategy.OnWindowUpdate"/> by default.</summary>
    /// <exception cref="TopologyException">Unlimited windows never close.</exception>
    public TimeWindowedKStream<TKey, TValue> EmitStrategy(EmitStrategy strategy) =>
        new(Grouped, _windowing, strategy, _countBurnsName);

    /// <summary>Aggregates the values of each key in each window.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the entry.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator!), named, materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, null, materialized);

    private static FixedWindowing Fixed(Windows windows, EmitStrategy emit) =>
        emit == MedStreams.Streams.EmitStrategy.OnWindowClose && windows is UnlimitedWindows
            ? throw new TopologyException("Unlimited windows never close, so nothing would ever be emitted.")
            : new FixedWindowing(windows, emit);
}
