using MedStreams.Streams;

namespace MedStreams.Dsl.Bench;

/// <summary>An operator of the DSL in the smallest topology that has it: over the topic <c>in</c>, long integers by long integers.</summary>
/// <param name="Name">As users call it.</param>
/// <param name="Build">Makes the topology.</param>
internal sealed partial record Operator(string Name, Action<StreamsBuilder> Build)
{
    /// <summary>The topic that records come from; <see cref="Table"/> holds what they are joined with.</summary>
    public const string Input = "in";

    /// <summary>The topic of the table, or of the other stream, that some operators join.</summary>
    public const string Table = "table";

    private const string Output = "out";
    private static readonly (long Key, long Value)[] Pairs = [(1, 2), (3, 4)];
    private static readonly long[] Values = [1, 2];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>A source and an end that does nothing: what every other one costs too.</summary>
    public static Operator Source { get; } = new("source alone", static b => Stream(b).ForEach(Nothing));

    /// <summary>Those that keep nothing, and so allocate nothing.</summary>
    public static IReadOnlyList<Operator> Stateless { get; } =
    [
        Source,
        new("Filter", static b => Stream(b).Filter(static (k, v) => k + v >= 0).ForEach(Nothing)),
        new("FilterNot", static b => Stream(b).FilterNot(static (k, v) => k + v < 0).ForEach(Nothing)),
        new("Map", static b => Stream(b).Map(static (k, v) => (Key: v, Value: (int)k)).ForEach(Nothing)),
        new("MapValues", static b => Stream(b).MapValues(static v => v + 0.5).ForEach(Nothing)),
        new("SelectKey", static b => Stream(b).SelectKey(static (_, v) => v + 1).ForEach(Nothing)),
        new("FlatMap to 2", static b => Stream(b).FlatMap(static (_, _) => Pairs).ForEach(Nothing)),
        new("FlatMapValues to 2", static b => Stream(b).FlatMapValues(static _ => Values).ForEach(Nothing)),
        new("FlatMapValues, own enumerable", static b =>
        {
            var twice = new Twice();
            Stream(b).FlatMapValues(v => twice.Of(v)).ForEach(Nothing);
        }),
        new("Peek", static b => Stream(b).Peek(Nothing).ForEach(Nothing)),
        new("Merge", static b => Stream(b).Merge(Stream(b, Table)).ForEach(Nothing)),
        new("Split into 3 branches", static b =>
        {
            var branches = Stream(b).Split();
            branches.Branch(static (_, v) => v < 0, static s => s.ForEach(Nothing))
                .Branch(static (_, v) => v % 2 == 0, static s => s.ForEach(Nothing))
                .DefaultBranch(static s => s.ForEach(Nothing));
        }),
        new("Process", static b => Stream(b).Process(static () => new Forwarding()).ForEach(Nothing)),
        new("ProcessValues", static b => Stream(b).ProcessValues(static () => new ForwardingValues()).ForEach(Nothing)),
        new("To", static b => Stream(b).To(Output, Out)),
        new("To, topic and partition chosen", static b => Stream(b).To(
            static (in Record<long, long> r, RecordMetadata? _) => r.Value < 0 ? Table : Output,
            Out with { Partitioner = static (_, key, _, partitions) => (int)(key % partitions) })),
        new("chain of 10 MapValues", static b =>
        {
            var stream = Stream(b);
            for (var i = 0; i < 10; i++)
                stream = stream.MapValues(static v => v + 1);
            stream.ForEach(Nothing);
        }),
    ];

    /// <summary>Those with a store. Caches are off, so that each record is stored, logged and handed on.</summary>
    public static IReadOnlyList<Operator> Stateful { get; } =
    [
        new("Count", static b => Stream(b).GroupByKey().Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("Count, cached", static b => Stream(b).GroupByKey().Count().ToStream().ForEach(Nothing)),
        new("Reduce", static b => Nullable(b).GroupByKey().Reduce(static (a, v) => a + v, Kept<long?>()).ToStream().ForEach(Nothing)),
        new("Aggregate", static b => Stream(b).GroupByKey()
            .Aggregate(static () => (long?)0, static (_, v, a) => a + v, Kept<long?>()).ToStream().ForEach(Nothing)),
        new("Cogroup, Aggregate", static b => Stream(b).GroupByKey().Cogroup<long?>(static (_, v, a) => a + v)
            .Aggregate(static () => 0L, Kept<long?>()).ToStream().ForEach(Nothing)),
        new("tumbling windows, Count", static b => Stream(b).GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(Minute, Minute)).Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("tumbling windows, Count on close", static b => Stream(b).GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(Minute / 6, TimeSpan.Zero)).EmitStrategy(EmitStrategy.OnWindowClose)
            .Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("hopping windows (4), Count", static b => Stream(b).GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(Minute, Minute).AdvanceBy(Minute / 4))
            .Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("sliding windows, Count", static b => Stream(b).GroupByKey()
            .WindowedBy(SlidingWindows.OfTimeDifferenceAndGrace(Minute, Minute)).Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("session windows, Count", static b => Stream(b).GroupByKey()
            .WindowedBy(SessionWindows.OfInactivityGapAndGrace(Minute, Minute)).Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("stream-table Join", static b => Stream(b).Join(TableOf(b), static (v, t) => v + t ?? 0).ForEach(Nothing)) { ReadsTable = true },
        new("stream-table LeftJoin", static b => Stream(b).LeftJoin(TableOf(b), static (v, t) => v + t ?? 0).ForEach(Nothing)) { ReadsTable = true },
        new("stream-stream Join", static b => Stream(b).Join(
            Stream(b, Table), static (v, o) => v + o, JoinWindows.OfTimeDifferenceWithNoGrace(Minute)).ForEach(Nothing))
        {
            ReadsTable = true,
            TakesTurns = true,
        },
        new("stream-stream LeftJoin", static b => Stream(b).LeftJoin(
            Stream(b, Table), static (v, o) => v + o, JoinWindows.OfTimeDifferenceWithNoGrace(Minute / 12)).ForEach(Nothing))
        {
            ReadsTable = true,
            TakesTurns = true,
        },
        new("stream-stream OuterJoin", static b => Stream(b).OuterJoin(
            Stream(b, Table), static (v, o) => v + o, JoinWindows.OfTimeDifferenceWithNoGrace(Minute / 12)).ForEach(Nothing))
        {
            ReadsTable = true,
            TakesTurns = true,
        },
        new("table-table Join", static b => TableOf(b, Input)
            .Join(TableOf(b), static (v, t) => v + t).ToStream().ForEach(Nothing)) { ReadsTable = true },
        new("table-table LeftJoin", static b => TableOf(b, Input)
            .LeftJoin(TableOf(b), static (v, t) => v + t).ToStream().ForEach(Nothing)) { ReadsTable = true },
        new("table-table OuterJoin", static b => TableOf(b, Input)
            .OuterJoin(TableOf(b), static (v, t) => v + t).ToStream().ForEach(Nothing)) { ReadsTable = true },
        new("ToTable", static b => Nullable(b).ToTable(Named()).ToStream().ForEach(Nothing)),
        new("KTable Filter", static b => TableOf(b, Input).Filter(static (_, v) => v >= 0, Named()).ToStream().ForEach(Nothing)),
        new("KTable FilterNot", static b => TableOf(b, Input).FilterNot(static (_, v) => v < 0, Named()).ToStream().ForEach(Nothing)),
        new("KTable MapValues", static b => TableOf(b, Input).MapValues(static v => v + 1, Named()).ToStream().ForEach(Nothing)),
        new("KTable TransformValues", static b => TableOf(b, Input)
            .TransformValues(static () => new Transforming(), Named()).ToStream().ForEach(Nothing)),
        new("Suppress until time limit", static b => TableOf(b, Input)
            .Suppress(Suppressed.UntilTimeLimit(Minute, BufferConfig.OfMaxRecords(1000).EmitEarlyWhenFull()))
            .ToStream().ForEach(Nothing)),
    ];

    /// <summary>Whether it reads <see cref="Table"/> too.</summary>
    public bool ReadsTable { get; init; }

    /// <summary>Whether records come from both topics in turn; else those of <see cref="Table"/> come first.</summary>
    public bool TakesTurns { get; init; }

    /// <summary>The topology.</summary>
    public Topology Topology()
    {
        var builder = new StreamsBuilder();
        Build(builder);
        return builder.Build();
    }

    private static Consumed<long, long> In => Consumed.With(Serdes.Int64, Serdes.Int64);

    private static Consumed<long, long?> InOrNull => Consumed.With(Serdes.Int64, Serdes.Int64.Nullable());

    private static Produced<long, long> Out => Produced.With(Serdes.Int64, Serdes.Int64);

    private static KStream<long, long> Stream(StreamsBuilder builder, string topic = Input) => builder.Stream(topic, In);

    private static KStream<long, long?> Nullable(StreamsBuilder builder) => builder.Stream(Input, InOrNull);

    private static KTable<long, long?> TableOf(StreamsBuilder builder, string topic = Table) =>
        builder.Table(topic, InOrNull, Kept<long?>());

    // A name makes the table keep its values even if nobody looks them up.
    private static Materialized<long, long?> Named() =>
        Materialized.As("kept", Serdes.Int64, Serdes.Int64.Nullable()) with { CachingEnabled = false };

    private static Materialized<long, TValue> Kept<TValue>() => new() { CachingEnabled = false };

    private static void Nothing<TKey, TValue>(TKey key, TValue value)
    {
        // The end of the topology: what it costs is the call.
    }

    private sealed class Forwarding : IProcessor<long, long, long, long>
    {
        private IProcessorContext<long, long> _context = null!;

        public void Init(IProcessorContext<long, long> context) => _context = context;

        public void Process(in Record<long, long> record) => _context.Forward(record.WithValue(record.Value + 1));
    }

    private sealed class Transforming : IValueTransformer<long, long?, long?>
    {
        public long? Transform(long key, long? value) => value + 1;
    }

    private sealed class ForwardingValues : IFixedKeyProcessor<long, long, long>
    {
        private IFixedKeyProcessorContext<long, long> _context = null!;

        public void Init(IFixedKeyProcessorContext<long, long> context) => _context = context;

        public void Process(in FixedKeyRecord<long, long> record) => _context.Forward(record.WithValue(record.Value + 1));
    }
}
