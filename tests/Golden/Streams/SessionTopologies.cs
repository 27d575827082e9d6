using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;
using static MedStreams.Golden.Tests.Streams.WindowTopologies;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Aggregations in sliding windows and sessions, and of several streams.</summary>
internal static class SessionTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Windowed(
            "sliding-no-grace",
            g => g.WindowedBy(SlidingWindows.OfTimeDifferenceWithNoGrace(Seconds(5))).Count(Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", 10_000)),
        Windowed(
            "sliding-grace",
            g => g.WindowedBy(SlidingWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(12)))
                .Reduce((x, y) => x + y, Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<string?>("w", 20_000)),
        Windowed(
            "sliding-on-close",
            g => g.WindowedBy(SlidingWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(3)))
                .EmitStrategy(EmitStrategy.OnWindowClose)
                .Count(Materialized.As("w"))),
        Windowed(
            "session-count",
            g => g.WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(Seconds(4))).Count(Materialized.As("s")))
            .With(StoreReaders.Session<long?>("s", 4_000 + 3_600_000)),
        Windowed(
            "session-aggregate",
            g => g.WindowedBy(SessionWindows.OfInactivityGapAndGrace(Seconds(4), Seconds(10)))
                .Aggregate(
                    () => "",
                    (_, v, all) => all + "," + OrNull(v),
                    (_, x, y) => x + "/" + y,
                    Materialized.As("s")))
            .With(StoreReaders.Session<string>("s", 14_000 + 3_600_000)),
        Windowed(
            "session-reduce",
            g => g.WindowedBy(SessionWindows.OfInactivityGapAndGrace(Seconds(2), Seconds(30)))
                .Reduce((x, y) => x + OrNull(y), Materialized.As("s")))
            .With(StoreReaders.Session<string?>("s", 32_000 + 3_600_000)),
        Windowed(
            "session-on-close",
            g => g.WindowedBy(SessionWindows.OfInactivityGapAndGrace(Seconds(3), Seconds(3)))
                .EmitStrategy(EmitStrategy.OnWindowClose)
                .Count(Materialized.As("s"))),
        Dsl(
            "bytes-session-windowed",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .WindowedBy(SessionWindows.OfInactivityGapWithNoGrace(Seconds(4)))
                .Count()
                .ToStream()
                .To("out"),
            "out").WithHex("out"),
        Dsl(
            "cogroup",
            b =>
            {
                var one = b.Stream<string, string?>("in1").GroupByKey();
                var two = b.Stream<string, string?>("in2").GroupBy((k, _) => OrNull(k) + OrNull(k));
                one.Cogroup<string>((_, v, all) => all + "n" + v)
                    .Cogroup(two, (_, v, all) => all + "w" + v)
                    .Aggregate(() => "", Materialized.As("both"))
                    .ToStream()
                    .To("out");
            },
            "out").With(StoreReaders.Timestamped<string>("both")),
        Cogrouped(
            "cogroup-tumbling",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(3)))
                .Aggregate(() => "", Materialized.As("both"))),
        Cogrouped(
            "cogroup-session",
            g => g.WindowedBy(SessionWindows.OfInactivityGapAndGrace(Seconds(4), Seconds(3)))
                .Aggregate(() => "", (_, x, y) => x + y, Materialized.As("both"))),
        Cogrouped(
            "cogroup-sliding",
            g => g.WindowedBy(SlidingWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(3)))
                .Aggregate(() => "", Materialized.As("both"))),
    ];

    private static GoldenTopology Cogrouped(
        string name, Func<CogroupedKStream<string, string>, KTable<Windowed<string>, string>> table) =>
        Dsl(
            name,
            b =>
            {
                var one = b.Stream<string, string?>("in1").GroupByKey();
                var two = b.Stream<string, string?>("in2").GroupByKey();
                WindowedTo(
                    table(one.Cogroup<string>((_, v, all) => all + "n" + OrNull(v))
                        .Cogroup(two, (_, v, all) => all + "w" + OrNull(v))),
                    "out");
            },
            "out");
}
