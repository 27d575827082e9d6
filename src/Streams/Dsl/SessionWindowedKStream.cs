using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Windowing;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key and session, to be aggregated into a table. A record between two sessions makes them one: their entries are
/// deleted and one for both is added. Records without key are dropped, and so are those whose session has closed: the
/// largest time seen has passed its end, gap and grace. A result's time is its session's end.
/// </summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TValue">Type of the values; nullable where tombstones may come.</typeparam>
public sealed class SessionWindowedKStream<TKey, TValue> : WindowedKStream<TKey, TValue>
{
    private readonly SessionWindows _windows;

    internal SessionWindowedKStream(
        GroupedAggregation<TKey, TValue> grouped, SessionWindows windows, EmitStrategy emit = default)
        : base(grouped, new SessionWindowing(windows, emit), countBurnsName: true) => _windows = windows;

    /// <summary>The same sessions, telling results at another time; <see cref="MedStreams.Streams.EmitStrategy.OnWindowUpdate"/> by default.</summary>
    public SessionWindowedKStream<TKey, TValue> EmitStrategy(EmitStrategy strategy) => new(Grouped, _windows, strategy);

    /// <summary>Aggregates the values of each key in each session.</summary>
    /// <param name="initializer">The aggregate before the first record.</param>
    /// <param name="aggregator">Of key, value and aggregate so far; null deletes the entry.</param>
    /// <param name="merger">Of key and the aggregates of two sessions that become one, the first of which may be a new one's.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The aggregates' type cannot be null.</exception>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Func<TKey, TAggregate, TAggregate, TAggregate?> merger,
        Named? named = null,
        Materialized<TKey, TAggregate>? materialized = null) =>
        Aggregate(new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator!, merger!), named, materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Func{TKey,TAggregate,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate?> aggregator,
        Func<TKey, TAggregate, TAggregate, TAggregate?> merger,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, merger, null, materialized);
}
