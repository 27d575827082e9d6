using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>How values become aggregates.</summary>
/// <param name="Initializer">The aggregate before the first value; null where there is none, as in reductions.</param>
/// <param name="Aggregator">Of key, value and aggregate so far.</param>
/// <param name="Merger">Of key and two aggregates, the first of which may be null; for sessions only.</param>
internal sealed record Aggregation<TKey, TValue, TAggregate>(
    Func<TAggregate?>? Initializer,
    Func<TKey, TValue, TAggregate?, TAggregate?> Aggregator,
    Func<TKey, TAggregate?, TAggregate, TAggregate?>? Merger = null)
{
    public TAggregate? Initial => Initializer is null ? default : Initializer();

    /// <summary>Values combined with each other.</summary>
    public static Aggregation<TKey, TValue, TValue> Reduce(Func<TValue, TValue, TValue?> reducer) =>
        new(
            null,
            (_, value, old) => old is null ? value : reducer(old, value),
            (_, old, value) => old is null ? value : reducer(old, value));

    /// <summary>The number of values.</summary>
    public static Aggregation<TKey, TValue, long?> Count { get; } =
        new(static () => 0, static (_, _, count) => count + 1, static (_, one, other) => one + other);
}

/// <summary>A kind of windows: its nodes, stores, keys and tables.</summary>
internal abstract class Windowing(EmitStrategy emit)
{
    /// <summary>
    /// How much longer than needed windows are kept, in milliseconds, where they may be looked up later than that: by a late record
    /// at the start of a long session, or by an input whose time lags behind another's. Kafka Streams finds such windows
    /// in its cache, as long as they stay there.
    /// </summary>
    public const long Slack = 60 * 60 * 1000;

    public EmitStrategy Emit { get; } = emit;

    /// <summary>How long after its end, as the table shows it, a window can still change.</summary>
    public abstract long CloseDelayMs { get; }

    public abstract ProcessorNode CreateNode<TKey, TValue, TAggregate>(
        string name,
        TaskContext task,
        string storeName,
        TimeSpan? retention,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        bool sendsOldValues);

    /// <summary>The store of the aggregates.</summary>
    /// <param name="writer">Finds serdes.</param>
    /// <param name="name">The operator that needs it.</param>
    /// <param name="materialized">How to keep it.</param>
    /// <param name="storeName">Its name.</param>
    /// <param name="slackMs">How much longer than needed windows are kept, where the user does not say.</param>
    public abstract StoreDefinition Store<TKey, TAggregate>(
        TopologyWriter writer, string name, Materialized<TKey, TAggregate> materialized, string storeName, long slackMs);

    public abstract ISerde<Windowed<TKey>> KeySerde<TKey>(ISerde<TKey> inner);

    protected static long RetentionOr(TimeSpan? given, long needed) =>
        given is { } retention ? (long)retention.TotalMilliseconds : needed;

    public virtual TableValues<Windowed<TKey>, TAggregate> Table<TKey, TAggregate>(string storeName) =>
        new WindowedTable<TKey, TAggregate>(storeName);
}

/// <summary>Windows at fixed places.</summary>
internal sealed class FixedWindowing(Windows windows, EmitStrategy emit) : Windowing(emit)
{
    public override long CloseDelayMs => windows.GraceMs;

    public override ProcessorNode CreateNode<TKey, TValue, TAggregate>(
        string name,
        TaskContext task,
        string storeName,
        TimeSpan? retention,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        bool sendsOldValues) =>
        new WindowAggregateNode<TKey, TValue, TAggregate>(
            name, task, storeName, windows, Emit, aggregation, sendsOldValues);

    public override StoreDefinition Store<TKey, TAggregate>(
        TopologyWriter writer, string name, Materialized<TKey, TAggregate> materialized, string storeName, long slackMs) =>
        TableStores.Window(
            writer,
            name,
            materialized,
            storeName,
            windows.SizeMs,
            windows.SizeMs > long.MaxValue - windows.GraceMs ? long.MaxValue : windows.SizeMs + windows.GraceMs,
            slackMs);

    public override ISerde<Windowed<TKey>> KeySerde<TKey>(ISerde<TKey> inner) =>
        WindowedSerdes.TimeWindowed(inner, windows.SizeMs);
}

/// <summary>Windows around records.</summary>
internal sealed class SlidingWindowing(SlidingWindows windows, EmitStrategy emit) : Windowing(emit)
{
    private readonly long _difference = (long)windows.TimeDifference.TotalMilliseconds;
    private readonly long _grace = (long)windows.Grace.TotalMilliseconds;

    public override long CloseDelayMs => _grace;

    public override ProcessorNode CreateNode<TKey, TValue, TAggregate>(
        string name,
        TaskContext task,
        string storeName,
        TimeSpan? retention,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        bool sendsOldValues) =>
        new SlidingAggregateNode<TKey, TValue, TAggregate>(
            name,
            task,
            storeName,
            new SlidingSettings(_difference, _grace, RetentionOr(retention, (2 * _difference) + _grace), Emit),
            aggregation,
            sendsOldValues);

    public override StoreDefinition Store<TKey, TAggregate>(
        TopologyWriter writer, string name, Materialized<TKey, TAggregate> materialized, string storeName, long slackMs) =>
        TableStores.Window(
            writer,
            name,
            Emit == EmitStrategy.OnWindowClose ? materialized with { CachingEnabled = false } : materialized,
            storeName,
            _difference,
            (2 * _difference) + _grace,
            slackMs);

    public override ISerde<Windowed<TKey>> KeySerde<TKey>(ISerde<TKey> inner) =>
        WindowedSerdes.TimeWindowed(inner, _difference);
}

/// <summary>Sessions.</summary>
internal sealed class SessionWindowing(SessionWindows windows, EmitStrategy emit) : Windowing(emit)
{
    private readonly long _gap = (long)windows.InactivityGap.TotalMilliseconds;
    private readonly long _grace = (long)windows.Grace.TotalMilliseconds;

    public override long CloseDelayMs => _gap + _grace;

    public override ProcessorNode CreateNode<TKey, TValue, TAggregate>(
        string name,
        TaskContext task,
        string storeName,
        TimeSpan? retention,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        bool sendsOldValues) =>
        new SessionAggregateNode<TKey, TValue, TAggregate>(
            name,
            task,
            storeName,
            new SessionSettings(_gap, _grace, RetentionOr(retention, _gap + _grace), Emit),
            aggregation,
            sendsOldValues);

    public override StoreDefinition Store<TKey, TAggregate>(
        TopologyWriter writer, string name, Materialized<TKey, TAggregate> materialized, string storeName, long slackMs) =>
        TableStores.Session(
            writer,
            name,
            Emit == EmitStrategy.OnWindowClose ? materialized with { CachingEnabled = false } : materialized,
            storeName,
            _gap + _grace,
            Slack);

    public override ISerde<Windowed<TKey>> KeySerde<TKey>(ISerde<TKey> inner) => WindowedSerdes.SessionWindowed(inner);

    public override TableValues<Windowed<TKey>, TAggregate> Table<TKey, TAggregate>(string storeName) =>
        new SessionTable<TKey, TAggregate>(storeName);
}
