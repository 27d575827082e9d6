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
                b.Stream<string?, string?>("in").Process(() => new Pending(), ["pending"]).To("out");
            },
            "out").With(StoreReaders.KeyValue<string>("pending")),
        Dsl("punctuate-wall-clock", b => b.Stream<string?, string?>("in").Process(() => new Ticking()).To("out"), "out"),
        Dsl("punctuate-start-time", b => b.Stream<string?, string?>("in").Process(() => new Anchored()).To("out"), "out"),
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
        Dsl(
            "key-value-scans",
            b =>
            {
                b.AddStateStore(Stores.KeyValueStoreBuilder(
                    Stores.PersistentKeyValueStore("kv"), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in").Process(Each<string?, string?>(ScanKeyValues), ["kv"]).To("out");
            },
            "out").With(StoreReaders.KeyValue<string>("kv")),
        Dsl(
            "window-store-scans",
            b =>
            {
                b.AddStateStore(Stores.WindowStoreBuilder(
                    Stores.PersistentWindowStore("ws", Seconds(30), Seconds(5)), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in").Process(Each<string?, string?>(ScanWindows), ["ws"]).To("out");
            },
            "out").With(StoreReaders.Window<string>("ws", 30_000)),
        Dsl(
            "global-store",
            b =>
            {
                b.AddGlobalStore(
                    Stores.KeyValueStoreBuilder(
                        Stores.InMemoryKeyValueStore("facts-store"), Serdes.String, Serdes.String),
                    "facts",
                    new Consumed<string?, string?>(),
                    Each<string?, string?>((context, record) =>
                    {
                        if (record.Key is not null)
                        {
                            context.GetStateStore<IKeyValueStore<string, string>>("facts-store")
                                .Put(record.Key, record.Value?.ToUpperInvariant());
                        }
                    }));
                b.Stream<string?, string?>("in")
                    .Process(Each<string?, string?>((context, record) =>
                    {
                        if (record.Key is not null)
                        {
                            context.Forward(record.WithValue<string?>(
                                OrNull(record.Value)
                                + OrNull(context.GetStateStore<IKeyValueStore<string, string>>("facts-store").Get(record.Key))));
                        }
                    }))
                    .To("out");
            },
            "out"),
        Dsl(
            "versioned-store",
            b =>
            {
                b.AddStateStore(Stores.VersionedKeyValueStoreBuilder(
                    Stores.PersistentVersionedKeyValueStore("vs", Seconds(25)), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in").Process(Each<string?, string?>(ScanVersions), ["vs"]).To("out");
            },
            "out").With(StoreReaders.Versioned("vs")),
        Dsl(
            "window-store-duplicates",
            b =>
            {
                b.AddStateStore(Stores.WindowStoreBuilder(
                    Stores.PersistentWindowStore("ws", Seconds(30), Seconds(5), true), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in")
                    .Process(
                        Each<string?, string?>((context, record) =>
                        {
                            if (record.Key is null)
                                return;
                            var ws = context.GetStateStore<IWindowStore<string, string>>("ws");
                            ws.Put(record.Key, record.Value, record.Timestamp / 4000 * 4000);
                            context.Forward(record.WithValue<string?>(
                                string.Concat(ws.Fetch(record.Key, 0, long.MaxValue).Select(e => $"{e.Key}={e.Value};"))));
                        }),
                        ["ws"])
                    .To("out");
            },
            "out"),
        Dsl(
            "session-store-scans",
            b =>
            {
                b.AddStateStore(Stores.SessionStoreBuilder(
                    Stores.PersistentSessionStore("ss", Seconds(30)), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in").Process(Each<string?, string?>(ScanSessions), ["ss"]).To("out");
            },
            "out").With(StoreReaders.Session<string>("ss", 30_000)),
        Dsl(
            "timestamped-store",
            b =>
            {
                b.AddStateStore(Stores.TimestampedKeyValueStoreBuilder(
                    Stores.PersistentTimestampedKeyValueStore("ts"), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("in")
                    .Process(
                        Each<string?, string?>((context, record) =>
                        {
                            if (record.Key is null)
                                return;
                            var ts = context.GetStateStore<ITimestampedKeyValueStore<string, string>>("ts");
                            var old = ts.Get(record.Key);
                            if (old is null || old.Value.Timestamp <= record.Timestamp)
                            {
                                ts.Put(
                                    record.Key,
                                    record.Value is null ? null : new ValueAndTimestamp<string>(record.Value, record.Timestamp));
                            }

                            context.Forward(record.WithValue<string?>(
                                old is { } entry ? $"{entry.Value}@{entry.Timestamp}" : "none"));
                        }),
                        ["ts"])
                    .To("out");
            },
            "out").With(StoreReaders.Timestamped<string>("ts")),
        Dsl(
            "shared-store",
            b =>
            {
                b.AddStateStore(Stores.KeyValueStoreBuilder(
                    Stores.InMemoryKeyValueStore("shared"), Serdes.String, Serdes.String));
                b.Stream<string?, string?>("writes").Process(
                    Each<string?, string?>((context, record) =>
                    {
                        if (record.Key is not null)
                            context.GetStateStore<IKeyValueStore<string, string>>("shared").Put(record.Key, record.Value);
                    }),
                    ["shared"]);
                b.Stream<string?, string?>("reads")
                    .Process(
                        Each<string?, string?>((context, record) =>
                        {
                            if (record.Key is null)
                                return;
                            var shared = context.GetStateStore<IKeyValueStore<string, string>>("shared");
                            context.Forward(record.WithValue<string?>(OrNull(record.Value) + OrNull(shared.Get(record.Key))));
                        }),
                        ["shared"])
                    .To("out");
            },
            "out").With(StoreReaders.KeyValue<string>("shared")),
        Dsl(
            "deduplicate",
            b =>
            {
                b.AddStateStore(Stores.WindowStoreBuilder(
                    Stores.PersistentWindowStore("recent", Seconds(20), Seconds(20)), Serdes.String, Serdes.Int64.Nullable()));
                b.Stream<string?, string?>("in")
                    .Process(
                        Each<string?, string?>((context, record) =>
                        {
                            if (record.Value is null)
                                return;
                            var recent = context.GetStateStore<IWindowStore<string, long?>>("recent");
                            if (recent.Fetch(record.Value, record.Timestamp - 8000, record.Timestamp + 8000).Any())
                                return;
                            recent.Put(record.Value, record.Timestamp, record.Timestamp);
                            context.Forward(record);
                        }),
                        ["recent"])
                    .To("out");
            },
            "out"),
    ];

    private static void ScanKeyValues(IProcessorContext<string?, string?> context, Record<string?, string?> record)
    {
        if (record.Key is null)
            return;
        var kv = context.GetStateStore<IKeyValueStore<string, string>>("kv");
        var key = record.Key + (record.Timestamp / 1000 % 3);
        var old = record.Value is null ? kv.Delete(key) : kv.PutIfAbsent(key, record.Value);
        if (old is not null && record.Value is not null && old.Length < 9)
            kv.Put(key, old + record.Value);
        context.Forward(record.WithValue<string?>(
            $"old={OrNull(old)} range={Drain(kv.Range("b", "d"))} reverse={Drain(kv.ReverseRange("c", null))}"
            + $" prefix={Drain(kv.PrefixScan(record.Key, Serdes.String))} size={kv.All().Count()}"));
    }

    private static void ScanVersions(IProcessorContext<string?, string?> context, Record<string?, string?> record)
    {
        var store = context.GetStateStore<IVersionedKeyValueStore<string, string>>("vs");
        if (record.Key is null)
            return;
        var until = store.Put(record.Key, record.Value, record.Timestamp);
        context.Forward(record.WithValue<string?>(
            $"until={until} now={Version(store.Get(record.Key))}"
            + $" then={Version(store.Get(record.Key, record.Timestamp - 6000))} b={Version(store.Get("b", record.Timestamp))}"));
    }

    private static string Version(VersionedRecord<string>? version) =>
        version is { } known ? $"{known.Value}@{known.Timestamp}{(known.ValidTo is { } to ? $"-{to}" : "")}" : "none";

    private static void ScanWindows(IProcessorContext<string?, string?> context, Record<string?, string?> record)
    {
        if (record.Key is null)
            return;
        var ws = context.GetStateStore<IWindowStore<string, string>>("ws");
        var time = record.Timestamp;
        ws.Put(record.Key, record.Value, time / 2000 * 2000);
        var near = ws.Fetch(record.Key, time - 8000, time + 8000).Select(e => $"{e.Key}={e.Value};");
        var back = ws.BackwardFetch("b", time - 6000, time).Select(e => $"{e.Key}={e.Value};");
        var some = ws.Fetch("a", "c", time - 6000, time).Select(e => $"{Show(e.Key)}={e.Value}");
        context.Forward(record.WithValue<string?>(
            $"{string.Concat(near)} back {string.Concat(back)} some {string.Join(";", some.Order(StringComparer.Ordinal))}"));
    }

    private static void ScanSessions(IProcessorContext<string?, string?> context, Record<string?, string?> record)
    {
        if (record.Key is null)
            return;
        var ss = context.GetStateStore<ISessionStore<string, string>>("ss");
        var time = record.Timestamp;
        ss.Put(new Windowed<string>(record.Key, new Window(time - (time % 3000), time)), record.Value);
        var near = ss.FindSessions(record.Key, time - 4000, time + 1000).Select(e => $"{Show(e.Key)}={e.Value};");
        var some = ss.Fetch("b", "d").Select(e => $"{Show(e.Key)}={e.Value}");
        context.Forward(record.WithValue<string?>(
            $"{string.Concat(near)} some {string.Join(";", some.Order(StringComparer.Ordinal))}"));
    }

    private static string Drain(IEnumerable<KeyValuePair<string, string>> entries) =>
        string.Concat(entries.Select(e => $"{e.Key}={e.Value};"));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

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

        public void Process(in FixedKeyRecord<string, string?> record)
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

    private sealed class Anchored : IProcessor<string?, string?, string?, string?>
    {
        public void Init(IProcessorContext<string?, string?> context) =>
            context.Schedule(
                DateTimeOffset.FromUnixTimeMilliseconds(22_000),
                TimeSpan.FromSeconds(3),
                PunctuationType.StreamTime,
                now => context.Forward(new Record<string?, string?>("anchored", $"{now}", now)));

        public void Process(in Record<string?, string?> record)
        {
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
