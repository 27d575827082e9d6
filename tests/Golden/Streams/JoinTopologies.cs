using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Joins of streams with tables, and of tables.</summary>
internal static class JoinTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "stream-table-inner",
            b => b.Stream<string, string>("left").Join(b.Table<string, string>("right"), (x, y) => Both(x, y)).To("out"),
            "out"),
        Dsl(
            "stream-table-left",
            b => b.Stream<string, string>("left")
                .LeftJoin(b.Table<string, string>("right"), (k, x, y) => OrNull(k) + Both(x, y))
                .To("out"),
            "out"),
        Dsl(
            "stream-table-rekeyed",
            b => b.Stream<string, string>("left")
                .SelectKey((k, _) => k)
                .Join(b.Table<string, string>("right"), (x, y) => Both(x, y))
                .To("out"),
            "out"),
        StreamWithVersions("stream-table-versioned-inner", (left, right) => left.Join(right, (x, y) => Both(x, y))),
        StreamWithVersions("stream-table-versioned-left", (left, right) => left.LeftJoin(right, (x, y) => Both(x, y))),
        StreamWithVersions(
            "stream-table-grace-inner",
            (left, right) => left.Join(right, (x, y) => Both(x, y), Graceful),
            WithKey),
        StreamWithVersions(
            "stream-table-grace-left",
            (left, right) => left.LeftJoin(right, (x, y) => Both(x, y), Graceful),
            WithKey),
        Dsl(
            "table-table-versioned",
            b => b.Table<string, string>("left", History("left-history", 300))
                .OuterJoin(b.Table<string, string>("right", History("right-history", 300)), (x, y) => Both(x, y))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "stream-global-inner",
            b => b.Stream<string, string>("left")
                .Join(b.GlobalTable<string, string>("right"), (k, v) => v == null ? null : k, (x, y) => Both(x, y))
                .To("out"),
            "out"),
        Dsl(
            "stream-global-left",
            b => b.Stream<string, string>("left")
                .LeftJoin(
                    b.GlobalTable<string, string>("right", Materialized.As("everywhere")),
                    (k, _) => k == "a" ? null : k,
                    (k, x, y) => OrNull(k) + Both(x, y))
                .To("out"),
            "out"),
        Dsl(
            "table-table-inner",
            b => b.Table<string, string>("left")
                .Join(b.Table<string, string>("right"), (x, y) => Both(x, y), Materialized.As("both"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("both")),
        Dsl(
            "table-table-left",
            b => b.Table<string, string>("left")
                .LeftJoin(b.Table<string, string>("right"), (x, y) => Both(x, y), Materialized.As("both"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("both")),
        Dsl(
            "table-table-outer",
            b => b.Table<string, string>("left")
                .OuterJoin(b.Table<string, string>("right"), (x, y) => Both(x, y), Materialized.As("both"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("both")),
        Dsl(
            "table-table-unmaterialised",
            b => b.Table<string, string>("left")
                .Join(b.Table<string, string>("right"), (x, y) => Both(x, y))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "table-table-chain",
            b => b.Table<string, string>("one")
                .LeftJoin(b.Table<string, string>("two"), (x, y) => Both(x, y))
                .OuterJoin(b.Table<string, string>("three"), (x, y) => Both(x, y))
                .Filter((_, v) => !v.StartsWith("null", StringComparison.Ordinal))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "everything-named",
            b =>
            {
                var facts = b.Table("facts", new Consumed<string, string> { Name = "facts-source" }, Materialized.As("facts-store"));
                b.Stream("in", new Consumed<string, string> { Name = "source" })
                    .Filter((_, v) => v != null, "with-value")
                    .Map((k, v) => (k, v + "."), "dotted")
                    .Join(facts, (x, y) => Both(x, y), new() { Name = "with-facts" })
                    .GroupBy((k, _) => k, new() { Name = "regrouped" })
                    .Aggregate(() => "", (_, v, _) => v, "last", Materialized.As("last-store"))
                    .ToStream("changes")
                    .To("out", new() { Name = "sink" });
            },
            "out"),
    ];

    /// <summary>A store that keeps versions for so many seconds.</summary>
    public static Materialized History(string name, double seconds) =>
        Materialized.As(Stores.PersistentVersionedKeyValueStore(name, TimeSpan.FromSeconds(seconds)));

    private static Joined<string, string, string> Graceful { get; } =
        new() { Name = "graceful", GracePeriod = TimeSpan.FromSeconds(5) };

    private static GoldenTopology StreamWithVersions(
        string name,
        Func<KStream<string, string>, KTable<string, string>, KStream<string, string>> join,
        Func<KStream<string, string>, KStream<string, string>>? before = null) =>
        Dsl(
            name,
            b =>
            {
                var left = b.Stream<string, string>("left");
                left = before?.Invoke(left) ?? left;
                join(left, b.Table<string, string>("right", History("history", 300))).To("out");
            },
            "out");

    private static KStream<string, string> WithKey(KStream<string, string> stream) => stream.Filter((k, _) => k != null);
}
