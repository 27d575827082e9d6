using System.Text;
using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Processors and their stores.</summary>
internal static class ProcessorTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "process-forward",
            b => b.Stream<string?, string?>("in")
                .Process(
                    Each<string?, string?>((context, record) =>
                    {
                        context.Forward(record);
                        context.Forward(record.WithKey<string?>(OrNull(record.Key) + "2").WithTimestamp(record.Timestamp + 7));
                        context.Forward(record.WithValue<string?>(OrNull(record.Value) + "3")
                            .WithHeaders(record.Headers.With("added", Encoding.UTF8.GetBytes("yes"))));
                    }),
                    Named.As("thrice"))
                .To("out"),
            "out"),
        Dsl(
            "process-values",
            b => b.Stream<string, string?>("in")
                .ProcessValues(() => new KeyedTwice())
                .GroupByKey()
                .Count()
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out"),
        Dsl(
            "process-metadata",
            b => b.Stream<string?, string?>(["in1", "in2"])
                .Process(Each<string?, string?>((context, record) => context.Forward(record.WithValue<string?>(
                    (context.RecordMetadata is { } m ? $"{m.Topic}/{m.Partition}/{m.Offset}" : "none")
                    + $"/{context.CurrentStreamTimeMs}"))))
                .To("out"),
            "out"),
        Dsl(
            "punctuate-stream-time",
            b =>
            {
                b.AddStateStore(Stores.KeyValueStoreBuilder(
                    Stores.PersistentKeyValueStore("pending"), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in").Process(() => new Pending(), "pending").To("out");
            },
            "out").With(StoreReaders.KeyValue<string>("pending")),
        Dsl("punctuate-wall-clock", b => b.Stream<string?, string?>("in").Process(() => new Ticking()).To("out"), "out"),
        Raw(
            "named-children",
            t => t.AddSource<string?, string?>("source", Serdes.String, Serdes.String, "in")
                .AddProcessor(
                    "route",
                    Each<string?, string?>((context, record) =>
                    {
                        if (record.Value is null)
                            context.Forward(record.WithValue<string?>("none"));
                        else
                            context.Forward(record, Number(record.Value) % 2 == 0 ? "to-even" : "to-odd");
                    }),
                    "source")
                .AddSink<string?, string?>("to-odd", "odd", Serdes.String, Serdes.String, "route")
                .AddSink<string?, string?>("to-even", "even", Serdes.String, Serdes.String, "route")
                .AddSink<string?, string?>("to-all", "all", Serdes.String, Serdes.String, "route"),
            "odd",
            "even",
            "all"),
        Raw(
            "raw-two-levels",
            t => t.AddSource<string?, string?>("words", Serdes.String, Serdes.String, "in")
                .AddProcessor(
                    "tag",
                    Each<string?, string?>((context, record) =>
                        context.Forward(record.WithValue<string?>("t" + OrNull(record.Value)))),
                    "words")
                .AddProcessor(
                    "number",
                    Each<string?, string?>((context, record) =>
                    {
                        if (record.Key is null)
                            return;
                        var counter = context.GetStateStore<IKeyValueStore<string, long?>>("counter");
                        var now = (counter.Get(record.Key) ?? 0) + 1;
                        counter.Put(record.Key, now);
                        context.Forward(record.WithValue<string?>(record.Value + now));
                    }),
                    "tag")
                .AddStateStore(
                    Stores.KeyValueStoreBuilder(
                        Stores.PersistentKeyValueStore("counter"), Serdes.String, Serdes.Int64.Nullable()),
                    "number")
                .AddSink<string?, string?>("results", "out", Serdes.String, Serdes.String, "number", "words"),
            "out").With(StoreReaders.KeyValue<long?>("counter")),
    ];

    /// <summary>A processor whose body is one function of context and record.</summary>
    public static Func<IProcessor<string?, string?, TKey, TValue>> Each<TKey, TValue>(
        Action<IProcessorContext<TKey, TValue>, Record<string?, string?>> body) => () => new EachProcessor<TKey, TValue>(body);

    private sealed class EachProcessor<TKey, TValue>(
        Action<IProcessorContext<TKey, TValue>, Record<string?, string?>> body)
        : IProcessor<string?, string?, TKey, TValue>
    {
        private IProcessorContext<TKey, TValue> _context = null!;

        public void Init(IProcessorContext<TKey, TValue> context) => _context = context;

        public void Process(in Record<string?, string?> record) => body(_context, record);
    }

    private sealed class KeyedTwice : IFixedKeyProcessor<string, string?, string?>
    {
        private IFixedKeyProcessorContext<string, string?> _context = null!;

        public void Init(IFixedKeyProcessorContext<string, string?> context) => _context = context;

        public void Process(in Record<string, string?> record)
        {
            _context.Forward(record.WithValue<string?>(OrNull(record.Key) + OrNull(record.Value)));
            _context.Forward(record.WithTimestamp(record.Timestamp + 1));
        }
    }

    private sealed class Pending : IProcessor<string?, string?, string?, string?>
    {
        private IKeyValueStore<string, string> _pending = null!;

        public void Init(IProcessorContext<string?, string?> context)
        {
            _pending = context.GetStateStore<IKeyValueStore<string, string>>("pending");
            context.Schedule(TimeSpan.FromSeconds(5), PunctuationType.StreamTime, now =>
            {
                foreach (var (key, value) in _pending.All().ToArray())
                {
                    context.Forward(new Record<string?, string?>(key, value, now));
                    _pending.Delete(key);
                }
            });
        }

        public void Process(in Record<string?, string?> record)
        {
            if (record.Key is not null && record.Value is not null)
                _pending.Put(record.Key, record.Value);
        }
    }

    private sealed class Ticking : IProcessor<string?, string?, string?, string?>
    {
        private long _count;

        public void Init(IProcessorContext<string?, string?> context)
        {
            ICancellable? ticking = null;
            ticking = context.Schedule(TimeSpan.FromSeconds(2), PunctuationType.WallClockTime, now =>
            {
                context.Forward(new Record<string?, string?>("tick", $"{_count}", now));
                if (_count > 30)
                    ticking!.Cancel();
            });
        }

        public void Process(in Record<string?, string?> record) => _count++;
    }
}
