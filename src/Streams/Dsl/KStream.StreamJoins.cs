using System.Collections.Immutable;
using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.StreamJoins;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams;

/// <content>
/// Joins of streams: records of equal keys that are near each other in time. A result's time is the larger of both. Records without key
/// or value find no partner; in left and outer joins a record without key is told at once. Both topics must have equally
/// many partitions.
/// </content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>Each pair of records.</summary>
    /// <param name="other">The other stream.</param>
    /// <param name="joiner">Of this record's value and the other's.</param>
    /// <param name="windows">How near they must be.</param>
    /// <param name="joined">Serdes, names and stores; null for the defaults.</param>
    /// <remarks>
    /// A result's time is the larger of both records', its headers are those of the record that came last. Records without key or value find no partner.
    /// A record that is late by more than the windows' grace is dropped and counted. Both topics must have equally many partitions; where keys may have changed,
    /// a repartition topic is put between.
    /// </remarks>
    public KStream<TKey, TResult> Join<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TValue, TOther, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) =>
        Join(other, (_, left, right) => joiner(left, right), windows, joined);

    /// <inheritdoc cref="Join{TOther,TResult}(KStream{TKey,TOther},Func{TValue,TOther,TResult},JoinWindows,StreamJoined{TKey,TValue,TOther})"/>
    public KStream<TKey, TResult> Join<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TKey, TValue, TOther, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) =>
        JoinStream<TOther, TResult>(other, joiner!, windows, false, false, joined);

    /// <summary>Each pair of records, and each record of this stream without partner, once its window has closed.</summary>
    /// <param name="other">The other stream.</param>
    /// <param name="joiner">Of this record's value and the other's, which is null where there is none.</param>
    /// <param name="windows">How near they must be.</param>
    /// <param name="joined">Serdes, names and stores; null for the defaults.</param>
    /// <remarks>
    /// A result's time is the larger of both records', its headers are those of the record that came last. Records without key or value find no partner.
    /// A record that is late by more than the windows' grace is dropped and counted. Both topics must have equally many partitions; where keys may have changed,
    /// a repartition topic is put between.
    /// A record of this stream without key is told at once, with null for the partner.
    /// </remarks>
    public KStream<TKey, TResult> LeftJoin<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TValue, TOther?, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) =>
        LeftJoin<TOther, TResult>(other, (_, left, right) => joiner(left, right), windows, joined);

    /// <inheritdoc cref="LeftJoin{TOther,TResult}(KStream{TKey,TOther},Func{TValue,TOther,TResult},JoinWindows,StreamJoined{TKey,TValue,TOther})"/>
    public KStream<TKey, TResult> LeftJoin<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TKey, TValue, TOther?, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) =>
        JoinStream<TOther, TResult>(other, joiner!, windows, true, false, joined);

    /// <summary>Each pair of records, and each record of either stream without partner, once its window has closed.</summary>
    /// <param name="other">The other stream.</param>
    /// <param name="joiner">Of this record's value and the other's; one is null where there is none.</param>
    /// <param name="windows">How near they must be.</param>
    /// <param name="joined">Serdes, names and stores; null for the defaults.</param>
    /// <remarks>
    /// A result's time is the larger of both records', its headers are those of the record that came last. Records without key or value find no partner.
    /// A record that is late by more than the windows' grace is dropped and counted. Both topics must have equally many partitions; where keys may have changed,
    /// a repartition topic is put between.
    /// A record without key is told at once, with null for the partner.
    /// </remarks>
    public KStream<TKey, TResult> OuterJoin<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TValue?, TOther?, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) =>
        JoinStream(other, (_, left, right) => joiner(left, right), windows, true, true, joined);

    /// <inheritdoc cref="OuterJoin{TOther,TResult}(KStream{TKey,TOther},Func{TValue,TOther,TResult},JoinWindows,StreamJoined{TKey,TValue,TOther})"/>
    public KStream<TKey, TResult> OuterJoin<TOther, TResult>(
        KStream<TKey, TOther> other,
        Func<TKey, TValue?, TOther?, TResult> joiner,
        JoinWindows windows,
        StreamJoined<TKey, TValue, TOther>? joined = null) => JoinStream(other, joiner, windows, true, true, joined);

    private static StoreDefinition Remembered<T>(
        TopologyWriter writer,
        string operatorName,
        WindowBytesStoreSupplier supplier,
        ISerde<TKey>? keySerde,
        ISerde<T>? valueSerde,
        bool logging,
        IReadOnlyDictionary<string, string> logConfig)
    {
        var builder = Stores.WindowStoreBuilder(
            supplier, writer.KeySerde(keySerde, operatorName), writer.ValueSerde(valueSerde, operatorName));

        // Each record of a window is kept, so the changelog must not be compacted by key.
        return new StoreDefinition(
            logging
                ? builder.WithLoggingEnabled(logConfig.ToImmutableDictionary().SetItem("cleanup.policy", "delete"))
                : builder.WithLoggingDisabled(),
            null);
    }

    private KStream<TKey, TResult> JoinStream<TOther, TResult>(
        KStream<TKey, TOther> given,
        Func<TKey, TValue?, TOther?, TResult> joiner,
        JoinWindows windows,
        bool isLeftOuter,
        bool isRightOuter,
        StreamJoined<TKey, TValue, TOther>? joined)
    {
        joined ??= new StreamJoined<TKey, TValue, TOther>();
        var from = ForJoin(joined.Name is null ? null : joined.Name + "-left", joined.KeySerde, joined.ThisSerde);
        var other = given.ForJoin(joined.Name is null ? null : joined.Name + "-right", joined.KeySerde, joined.OtherSerde);
        string[] sources = [.. from.Sources.Union(other.Sources, StringComparer.Ordinal)];
        Graph.Copartition(sources);
        var names = StreamJoinNames.Take(Graph, joined.Name, isLeftOuter, isRightOuter);
        var keySerde = joined.KeySerde ?? from.KeySerde;
        var (thisSerde, otherSerde) = (joined.ThisSerde ?? from.ValueSerde, joined.OtherSerde ?? other.ValueSerde);
        var thisStore = joined.ThisStore ?? Supplier(names.StoreOfThis(joined.StoreName));
        var otherStore = joined.OtherStore ?? Supplier(names.StoreOfOther(joined.StoreName));
        RequireFitting(thisStore);
        RequireFitting(otherStore);
        if (thisStore.Name == otherStore.Name)
            throw new TopologyException($"Both stores of a join are named {thisStore.Name}.");
        var waiting = isLeftOuter ? names.WaitingStore(joined.ThisStore?.Name ?? joined.StoreName) : null;
        var rememberThis = new OperatorNode(
            names.RememberThis, task => new RememberNode<TKey, TValue>(names.RememberThis, task, thisStore.Name));
        var rememberOther = new OperatorNode(
            names.RememberOther, task => new RememberNode<TKey, TOther>(names.RememberOther, task, otherStore.Name));
        Graph.Add(from.Node, rememberThis);
        Graph.Add(other.Node, rememberOther);
        var clocks = new JoinClocks();
        var thisSide = new JoinSideSettings(true, windows.BeforeMs, windows.AfterMs, isLeftOuter, otherStore.Name, waiting);
        var otherSide = new JoinSideSettings(false, windows.AfterMs, windows.BeforeMs, isRightOuter, thisStore.Name, waiting);
        var node = new StreamJoinGraphNode(names.Merge, rememberThis, rememberOther)
        {
            AnswersNullKeys = isLeftOuter || isRightOuter,
            This = new JoinSide(
                names.JoinThis,
                names.RememberThis,
                task => new StreamJoinNode<TKey, TValue, TOther, TValue, TOther, TResult>(
                    names.JoinThis,
                    task,
                    thisSide,
                    windows,
                    joiner,
                    joiner,
                    static (values, value) => new UnjoinedValues<TValue, TOther>([.. values?.Lefts ?? [], value], []),
                    clocks.Of(task)),
                []),
            Other = new JoinSide(
                names.JoinOther,
                names.RememberOther,
                task => new StreamJoinNode<TKey, TOther, TValue, TValue, TOther, TResult>(
                    names.JoinOther,
                    task,
                    otherSide,
                    windows,
                    (key, right, left) => joiner(key, left, right),
                    joiner,
                    static (values, value) => new UnjoinedValues<TValue, TOther>([], [.. values?.Rights ?? [], value]),
                    clocks.Of(task)),
                []),
            Merge = _ => new PassThroughNode<TKey, TResult>(names.Merge),
            Self = joiner is Func<TKey, TValue, TValue, TResult> same
                ? task => new SelfJoinNode<TKey, TValue, TResult>(names.Merge, task, thisStore.Name, windows, same)
                : null,
            ThisStore = writer => Remembered(
                writer, names.RememberThis, thisStore, keySerde, thisSerde, joined.LoggingEnabled, joined.LogConfig),
            OtherStore = writer => Remembered(
                writer, names.RememberOther, otherStore, keySerde, otherSerde, joined.LoggingEnabled, joined.LogConfig),
            WaitingStore = waiting is null ? null : WaitingStore,
        };
        Graph.Add(from.Node, node);
        Graph.Add(other.Node, node);
        return new KStream<TKey, TResult>(Graph, node, names.Merge, sources, joined.KeySerde ?? keySerde, null, false);

        WindowBytesStoreSupplier Supplier(string name) => new(
            name,
            (joined.StoreType ?? Graph.Options.DefaultDslStore) == StoreType.Persistent,
            windows.SizeMs + windows.GraceMs,
            windows.SizeMs,
            Math.Max((windows.SizeMs + windows.GraceMs) / 2, 60_000),
            RetainDuplicates: true);

        void RequireFitting(WindowBytesStoreSupplier supplier)
        {
            if (!supplier.RetainDuplicates
                || supplier.WindowSize != windows.SizeMs
                || supplier.RetentionPeriod != windows.SizeMs + windows.GraceMs)
            {
                throw new TopologyException(
                    $"The store {supplier.Name} does not fit the join: it must keep duplicates, windows of {windows.SizeMs} ms, "
                    + $"and those for {windows.SizeMs + windows.GraceMs} ms.");
            }
        }

        StoreDefinition WaitingStore(TopologyWriter writer)
        {
            var builder = Stores.KeyValueStoreBuilder(
                new KeyValueBytesStoreSupplier(waiting!, thisStore.Persistent),
                new UnjoinedKeySerde<TKey>(writer.KeySerde(keySerde, names.JoinThis)),
                new UnjoinedValuesSerde<TValue, TOther>(
                    writer.ValueSerde(thisSerde, names.JoinThis), writer.ValueSerde(otherSerde, names.JoinOther)));
            return new StoreDefinition(
                joined.LoggingEnabled ? builder.WithLoggingEnabled(joined.LogConfig) : builder.WithLoggingDisabled(), null);
        }
    }
}
