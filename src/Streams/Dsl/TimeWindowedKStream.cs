using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>
/// Records grouped by key and window, to be aggregated into a table. Records without key are dropped, and so are those whose
/// window has closed: the largest time seen has passed the window's end and grace. Values of null are aggregated.
/// </summary>
public sealed class TimeWindowedKStream<TKey, TValue>
{
    private const string AggregatePrefix = "KSTREAM-AGGREGATE-";
    private const string ReducePrefix = "KSTREAM-REDUCE-";

    private readonly GroupedAggregation<TKey, TValue> _aggregation;
    private readonly Windows _windows;
    private readonly EmitStrategy _emit;

    internal TimeWindowedKStream(
        GroupedAggregation<TKey, TValue> aggregation, Windows windows, EmitStrategy emit = default) =>
        (_aggregation, _windows, _emit) = (aggregation, windows, emit);

    /// <summary>The same windows, telling results at another time; <see cref="MedStreams.Streams.EmitStrategy.OnWindowUpdate"/> by default.</summary>
    /// <exception cref="TopologyException">Unlimited windows never close.</exception>
    public TimeWindowedKStream<TKey, TValue> EmitStrategy(EmitStrategy strategy) =>
        strategy == MedStreams.Streams.EmitStrategy.OnWindowClose && _windows is UnlimitedWindows
            ? throw new TopologyException("Unlimited windows never close, so nothing would ever be emitted.")
            : new TimeWindowedKStream<TKey, TValue>(_aggregation, _windows, strategy);

    /// <summary>How many records each key has in each window.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep the counts; a name makes them queryable.</param>
    public KTable<Windowed<TKey>, long?> Count(Named? named = null, Materialized<TKey, long?>? materialized = null)
    {
        if (materialized is { StoreName: null })
            _aggregation.Graph.NewStoreName(AggregatePrefix); // Kafka's counter moves once more here
        return Aggregate<long?>(AggregatePrefix, static () => 0, static (_, _, count) => count + 1, named, materialized);
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
            null,
            (_, value, old) => old is null ? value : reducer(old, value),
            named,
            materialized with { ValueSerde = materialized.ValueSerde ?? _aggregation.Grouped.ValueSerde });
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
        Aggregate(AggregatePrefix, initializer, aggregator!, named, materialized);

    /// <inheritdoc cref="Aggregate{TAggregate}(Func{TAggregate},Func{TKey,TValue,TAggregate,TAggregate},Named,Materialized{TKey,TAggregate})"/>
    public KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        Func<TAggregate> initializer,
        Func<TKey, TValue, TAggregate, TAggregate> aggregator,
        Materialized<TKey, TAggregate> materialized) => Aggregate(initializer, aggregator, null, materialized);

    private KTable<Windowed<TKey>, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Func<TAggregate?>? initializer,
        Func<TKey, TValue, TAggregate?, TAggregate?> aggregator,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var graph = _aggregation.Graph;
        var (windows, emit) = (_windows, _emit);
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? _aggregation.Grouped.KeySerde };
        var storeName = materialized.StoreName ?? graph.NewStoreName(prefix);
        var name = graph.NameOr(named?.Name, prefix);
        var values = new WindowedTable<TKey, TAggregate>(storeName);
        var (node, sources) = _aggregation.Add(
            name,
            storeName,
            task => new WindowAggregateNode<TKey, TValue, TAggregate>(
                name, task, storeName, windows, emit, aggregator, initializer, values.SendsOldValues),
            writer => TableStores.Window(writer, name, materialized, storeName, windows.SizeMs, windows.GraceMs));
        var keySerde = materialized.KeySerde ?? graph.Serdes.Find<TKey>();
        return new KTable<Windowed<TKey>, TAggregate>(
            graph,
            node,
            name,
            sources,
            keySerde is null ? null : WindowedSerdes.TimeWindowed(keySerde, windows.SizeMs),
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }
}
