using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Grouped streams that are aggregated into one table, each in its way. Their topics must have equally many partitions. Records
/// without key or value are dropped. A result's time is the largest of its records'; of sessions it is their end.
/// </summary>
public sealed class CogroupedKStream<TKey, TAggregate>
{
    private readonly CogroupedAggregation<TKey, TAggregate> _cogrouped;

    internal CogroupedKStream(StreamsGraph graph) => _cogrouped = new CogroupedAggregation<TKey, TAggregate>(graph);

    /// <summary>Adds a grouped stream.</summary>
    /// <param name="grouped">The stream.</param>
    /// <param name="aggregator">Of key, value of that stream, and aggregate so far.</param>
    public CogroupedKStream<TKey, TAggregate> Cogroup<TValue>(
        KGroupedStream<TKey, TValue> grouped, Func<TKey, TValue, TAggregate, TAggregate?> aggregator)
    {
        _cogrouped.Add(grouped.Grouping, aggregator);
        return this;
    }

    /// <summary>Aggregates by key.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="named">Begins the nodes' names; null for generated ones.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<TKey, TAggregate> Aggregate(
        Func<TAggregate> initializer, Named? named = null, Materialized<TKey, TAggregate>? materialized = null) =>
        _cogrouped.Aggregate(initializer, named, materialized);

    /// <inheritdoc cref="Aggregate(Func{TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<TKey, TAggregate> Aggregate(
        Func<TAggregate> initializer, Materialized<TKey, TAggregate> materialized) =>
        _cogrouped.Aggregate(initializer, null, materialized);

    /// <summary>Aggregates by tumbling, hopping or unlimited windows.</summary>
    public TimeWindowedCogroupedKStream<TKey, TAggregate> WindowedBy(Windows windows) =>
        new(_cogrouped, new FixedWindowing(windows, EmitStrategy.OnWindowUpdate));

    /// <summary>Aggregates by sliding windows.</summary>
    public TimeWindowedCogroupedKStream<TKey, TAggregate> WindowedBy(SlidingWindows windows) =>
        new(_cogrouped, new SlidingWindowing(windows, EmitStrategy.OnWindowUpdate));

    /// <summary>Aggregates by sessions.</summary>
    public SessionWindowedCogroupedKStream<TKey, TAggregate> WindowedBy(SessionWindows windows) =>
        new(_cogrouped, new SessionWindowing(windows, EmitStrategy.OnWindowUpdate));
}

/// <summary>Cogrouped streams by window.</summary>
public sealed class TimeWindowedCogroupedKStream<TKey, TAggregate>
{
    private readonly CogroupedAggregation<TKey, TAggregate> _cogrouped;
    private readonly Dsl.Windowing.Windowing _windowing;

    internal TimeWindowedCogroupedKStream(
        CogroupedAggregation<TKey, TAggregate> cogrouped, Dsl.Windowing.Windowing windowing) =>
        (_cogrouped, _windowing) = (cogrouped, windowing);

    /// <summary>Aggregates by key and window.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="named">Begins the nodes' names; null for generated ones.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate(
        Func<TAggregate> initializer, Named? named = null, Materialized<TKey, TAggregate>? materialized = null) =>
        _cogrouped.Windowed(_windowing, initializer, null, named, materialized);

    /// <inheritdoc cref="Aggregate(Func{TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate(
        Func<TAggregate> initializer, Materialized<TKey, TAggregate> materialized) =>
        Aggregate(initializer, null, materialized);
}

/// <summary>Cogrouped streams by session.</summary>
public sealed class SessionWindowedCogroupedKStream<TKey, TAggregate>
{
    private readonly CogroupedAggregation<TKey, TAggregate> _cogrouped;
    private readonly Dsl.Windowing.Windowing _windowing;

    internal SessionWindowedCogroupedKStream(
        CogroupedAggregation<TKey, TAggregate> cogrouped, Dsl.Windowing.Windowing windowing) =>
        (_cogrouped, _windowing) = (cogrouped, windowing);

    /// <summary>Aggregates by key and session.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="merger">Of key and the aggregates of two sessions that become one.</param>
    /// <param name="named">Begins the nodes' names; null for generated ones.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate(
        Func<TAggregate> initializer,
        Func<TKey, TAggregate, TAggregate, TAggregate?> merger,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        _cogrouped.Windowed(_windowing, initializer, merger, named, materialized);

    /// <inheritdoc cref="Aggregate(Func{TAggregate},Func{TKey,TAggregate,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate(
        Func<TAggregate> initializer,
        Func<TKey, TAggregate, TAggregate, TAggregate?> merger,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, merger, null, materialized);
}
