using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Operators of tables.</summary>
internal static class TableTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "table-filter",
            b => b.Table<string, string>("in")
                .Filter((_, v) => Number(v) > 5)
                .FilterNot((_, v) => Number(v) > 15)
                .MapValues(v => "n" + v)
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "table-filter-stored",
            b => b.Table<string, string>("in", Materialized.As("source"))
                .Filter((_, v) => Number(v) > 5, Materialized.As("big"))
                .MapValues((k, v) => k + v, Materialized.As("labelled"))
                .ToStream((k, _) => k + "!")
                .To("out"),
            "out").With(
                StoreReaders.Timestamped<string>("source"),
                StoreReaders.Timestamped<string>("big"),
                StoreReaders.Timestamped<string>("labelled")),
        Dsl(
            "table-to-table",
            b => b.Table<string, string>("in")
                .ToStream()
                .SelectKey((_, v) => v)
                .ToTable(Materialized.As("by-word"))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "table-versioned",
            b => b.Table<string, string>("in", JoinTopologies.History("history", 20))
                .Filter((_, v) => Number(v) % 3 != 0)
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Versioned("history")),
        Dsl(
            "table-versioned-group",
            b => b.Table<string, string>("in", JoinTopologies.History("history", 300))
                .GroupBy((_, v) => (v.Split('|')[0], v.Split('|')[1]))
                .Aggregate(() => "", (_, v, all) => $"{all}+{v}", (_, v, all) => $"{all}-{v}")
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "table-lru",
            b => b.Table<string, string>("in", Materialized.As(Stores.LruMap("few", 3))).ToStream().To("out"),
            "out").With(StoreReaders.Timestamped<string>("few") with { MaxEntries = 3 }),
        Dsl(
            "table-in-memory",
            b => b.Table(
                    "in", new Materialized<string, string> { StoreName = "memory", StoreType = StoreType.InMemory })
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string>("memory")),
        Dsl(
            "table-transform",
            b =>
            {
                b.AddStateStore(Stores.KeyValueStoreBuilder(
                    Stores.PersistentKeyValueStore("seen"), Serdes.String, Serdes.Int64.Nullable()));
                b.Table<string, string>("in").TransformValues(() => new Numbering(), ["seen"]).ToStream().To("out");
            },
            "out").With(StoreReaders.KeyValue<long?>("seen")),
    ];

    private sealed class Numbering : IValueTransformer<string, string, string>
    {
        private IKeyValueStore<string, long?> _seen = null!;

        public void Init(IProcessingContext context) => _seen = context.GetStateStore<IKeyValueStore<string, long?>>("seen");

        public string? Transform(string key, string? value)
        {
            var now = (_seen.Get(key) ?? 0) + 1;
            _seen.Put(key, now);
            return value is null ? null : $"{value}#{now}";
        }
    }
}
