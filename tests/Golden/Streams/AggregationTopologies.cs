using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Aggregations without windows.</summary>
internal static class AggregationTopologies
{
    private static readonly StreamsBuilderOptions Optimized = new() { Optimizations = TopologyOptimizations.All };

    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "to-table",
            b => b.Stream<string?, string?>("in").ToTable(Materialized.As("latest")).ToStream().To("out"),
            "out").With(StoreReaders.Timestamped<string?>("latest")),
        Dsl(
            "to-table-rekeyed",
            b => b.Stream<string?, string?>("in").Map((k, v) => (v, k)).ToTable().MapValues(v => v + "?").ToStream().To("out"),
            "out"),
        Dsl(
            "count",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .Count(Materialized.As("counts"))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out").With(StoreReaders.Timestamped<long?>("counts")),
        Dsl(
            "count-rekeyed",
            b => b.Stream<string?, string?>("in").GroupBy((_, v) => v).Count().ToStream().MapValues(Of).To("out"),
            "out"),
        Dsl(
            "reduce",
            b => b.Stream<string, string>("in")
                .GroupByKey()
                .Reduce((a, v) => a.Length > 12 ? v : a + v, Materialized.As("joined"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("joined")),
        Dsl(
            "aggregate",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .Aggregate(() => (long?)100, (_, v, sum) => sum + Number(v), Materialized.As("sums"))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out").With(StoreReaders.Timestamped<long?>("sums")),
        Dsl(
            "aggregate-to-null",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .Aggregate(
                    () => (long?)0,
                    (_, v, sum) => (sum + Number(v)) % 4 == 0 ? null : sum + Number(v),
                    Materialized.As("sums"))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out").With(StoreReaders.Timestamped<long?>("sums")),
        Dsl(
            "table-group-count",
            b => b.Table<string, string>("in")
                .GroupBy((k, v) => (v, k))
                .Count(Materialized.As("per-word"))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out").With(StoreReaders.Timestamped<long?>("per-word")),
        Dsl(
            "table-group-aggregate",
            b => b.Table<string, string>("in")
                .GroupBy((_, v) => (v.Split('|')[0], v.Split('|')[1]))
                .Aggregate(
                    () => "",
                    (_, v, all) => all + "+" + v,
                    (_, v, all) => all + "-" + v,
                    Materialized.As("per-reference"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("per-reference")),
        Dsl(
            "table-group-reduce",
            b => b.Table<string, string>("in")
                .GroupBy((_, v) => (v.Split('|')[0], v.Split('|')[1]))
                .Reduce(
                    (a, v) => $"{Number(a) + Number(v)}", (a, v) => $"{Number(a) - Number(v)}", Materialized.As("sums"))
                .ToStream()
                .To("out"),
            "out").With(StoreReaders.Timestamped<string?>("sums")),
        Dsl(
            "table-group-null",
            b => b.Table<string, string>("in")
                .GroupBy((_, v) => (Number(v) % 4 == 0 ? null : Of(Number(v) % 4), v))
                .Count()
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out"),
        Dsl("bytes-long", b => b.Stream<string, string?>("in").GroupByKey().Count().ToStream().To("out"), "out").WithHex("out"),
        Dsl(
            "two-sub-topologies",
            b =>
            {
                b.Stream<string, string?>("a").GroupByKey().Count().ToStream().MapValues(Of).To("x");
                b.Stream<string?, string?>("b").GroupBy((k, _) => OrNull(k) + OrNull(k)).Reduce((_, y) => y).ToStream().To("y");
            },
            "x",
            "y"),
        Dsl(
            "diamond",
            b =>
            {
                var source = b.Stream<string, string>("in").Filter((_, v) => v != null);
                var even = source.Filter((_, v) => Number(v) % 2 == 0).MapValues(v => "e" + v);
                var odd = source.FilterNot((_, v) => Number(v) % 2 == 0).MapValues(v => "o" + v);
                even.Merge(odd).GroupByKey().Reduce((x, y) => $"{y}{x.Length % 10}").ToStream().To("out");
            },
            "out"),
        Dsl("repartition-each", TwoAggregations, "counts", "reduced", "windows"),
        Dsl("repartition-merged", Optimized, TwoAggregations, "counts", "reduced", "windows"),
        Dsl(
            "table-source-reused",
            Optimized,
            b => b.Table<string, string>("in", Materialized.As("source")).ToStream().To("out"),
            "out").With(StoreReaders.Timestamped<string>("source")),
    ];

    public static void TwoAggregations(StreamsBuilder b)
    {
        var words = b.Stream<string, string>("in").Filter((_, v) => v != null).SelectKey((_, v) => v);
        words.GroupByKey().Count().ToStream().MapValues(Of).To("counts");
        words.GroupByKey().Reduce((x, y) => $"{y}{x.Length}").ToStream().To("reduced");
        WindowTopologies.WindowedTo(
            words.MapValues(v => v + "!")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeWithNoGrace(TimeSpan.FromSeconds(10)))
                .Count(),
            "windows");
    }
}
