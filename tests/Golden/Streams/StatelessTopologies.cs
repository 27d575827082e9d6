using System.Text.RegularExpressions;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Operators that look at one record at a time.</summary>
internal static class StatelessTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Dsl(
            "filter-map",
            b => b.Stream<string?, string?>("in")
                .Filter((_, v) => v != null)
                .FilterNot((_, v) => Number(v) % 3 == 0)
                .MapValues(v => "n" + v)
                .MapValues((k, v) => OrNull(k) + ":" + v)
                .Map((k, v) => ("k" + OrNull(k), v))
                .To("out"),
            "out"),
        Dsl(
            "flat-map",
            b =>
            {
                var words = b.Stream<string?, string?>("in")
                    .FlatMapValues(v => v is null ? [] : v.Split(' '));
                words.To("out");
                words.FlatMap((k, v) => ((string?, string?)[])[(v, k), (k, v)])
                    .SelectKey((_, v) => v)
                    .To("pairs");
            },
            "out",
            "pairs"),
        Dsl(
            "branch",
            b =>
            {
                var branches = b.Stream<string?, string?>("in")
                    .Filter((_, v) => v != null)
                    .Split("size-")
                    .Branch((_, v) => Number(v) < 5, "small")
                    .Branch((_, v) => Number(v) % 2 == 0, s => s.MapValues(v => (string?)("even" + v)), "even")
                    .DefaultBranch("rest");
                branches["size-small"].To("small");
                branches["size-even"].To("even");
                branches["size-rest"].To("rest");
            },
            "small",
            "even",
            "rest"),
        Dsl(
            "branch-consumer",
            b => b.Stream<string?, string?>("in")
                .Split()
                .Branch((_, v) => v != null && Number(v) < 10, s => s.To("low"))
                .Branch((_, v) => v != null, s => s.To("high"))
                .NoDefaultBranch(),
            "low",
            "high"),
        Dsl(
            "merge",
            b =>
            {
                var one = b.Stream<string?, string?>("in1");
                var two = b.Stream<string?, string?>("in2");
                var three = b.Stream<string?, string?>("in3");
                one.MapValues(v => (string?)("1" + OrNull(v))).Merge(two).Merge(three, "all-three").To("out");
            },
            "out"),
        Dsl(
            "dynamic-topic",
            b => b.Stream<string?, string?>("in").To((in r, _) =>
                r.Key == "a" ? "to-a" : r.Timestamp % 2 == 0 ? "to-b" : "to-other"),
            "to-a",
            "to-b",
            "to-other"),
        Dsl(
            "several-topics",
            b => b.Stream<string?, string?>(["in1", "in2"]).MapValues(v => OrNull(v) + "!").To("out"),
            "out"),
        Dsl(
            "pattern-source",
            b => b.Stream<string?, string?>(new Regex("in-.*", RegexOptions.NonBacktracking)).MapValues(v => OrNull(v) + "!").To("out"),
            "out"),
        Dsl(
            "repartition",
            b => b.Stream<string?, string?>("in")
                .SelectKey((_, v) => v)
                .Repartition(new() { Name = "by-word", NumberOfPartitions = 1 })
                .MapValues((k, v) => OrNull(k) + "=" + OrNull(v))
                .To("out"),
            "out"),
        Dsl(
            "timestamp-extractor",
            b => b.Stream<string?, string?>(
                    "in",
                    new()
                    {
                        TimestampExtractor = (in r, _, partitionTime) =>
                            r.Value is null ? partitionTime : 1000 * Number(r.Value),
                    })
                .To("out"),
            "out"),
        Dsl(
            "peek-foreach",
            b =>
            {
                var stream = b.Stream<string?, string?>("in");
                stream.Peek((_, _) => { }).To("out");
                stream.ForEach((_, _) => { });
            },
            "out"),
    ];
}
