using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Aggregations in tumbling, hopping and unlimited windows.</summary>
internal static class WindowTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Windowed(
            "tumbling-no-grace",
            g => g.WindowedBy(TimeWindows.OfSizeWithNoGrace(Seconds(10))).Count(Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", 10_000)),
        Windowed(
            "tumbling-grace",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(5))).Count(Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", 15_000)),
        Windowed(
            "tumbling-reduce",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(7), Seconds(20)))
                .Reduce((x, y) => x + OrNull(y), Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<string?>("w", 27_000)),
        Windowed(
            "tumbling-unnamed", g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(5))).Count()),
        Windowed(
            "hopping-aggregate",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(2)).AdvanceBy(Seconds(3)))
                .Aggregate(() => (long?)0, (_, v, sum) => sum + Number(v), Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", 12_000)),
        Windowed(
            "hopping-to-null",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(8), Seconds(8)).AdvanceBy(Seconds(4)))
                .Aggregate(
                    () => (long?)0,
                    (_, v, sum) => Number(v) % 5 == 0 ? null : (sum ?? 0) + Number(v),
                    Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", 16_000)),
        Windowed(
            "unlimited",
            g => g.WindowedBy(UnlimitedWindows.Of().StartOn(DateTimeOffset.FromUnixTimeMilliseconds(15_000)))
                .Count(Materialized.As("w")))
            .With(StoreReaders.TimestampedWindow<long?>("w", long.MaxValue)),
        Windowed(
            "tumbling-on-close",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(3)))
                .EmitStrategy(EmitStrategy.OnWindowClose)
                .Count(Materialized.As("w"))),
        Windowed(
            "hopping-on-close",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(9), Seconds(1)).AdvanceBy(Seconds(3)))
                .EmitStrategy(EmitStrategy.OnWindowClose)
                .Aggregate(() => (long?)0, (_, v, sum) => sum + Number(v), Materialized.As("w"))),
        Windowed(
            "window-in-memory",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(5)))
                .Count(new Materialized<string, long?>
                {
                    StoreName = "w",
                    StoreType = StoreType.InMemory,
                    Retention = Seconds(30),
                }))
            .With(StoreReaders.TimestampedWindow<long?>("w", 30_000)),
        Windowed(
            "window-retention",
            g => g.WindowedBy(TimeWindows.OfSizeWithNoGrace(Seconds(5)))
                .Count(new Materialized<string, long?> { StoreName = "w", Retention = Seconds(60) }))
            .With(StoreReaders.TimestampedWindow<long?>("w", 60_000)),
        Dsl(
            "bytes-time-windowed",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeWithNoGrace(Seconds(10)))
                .Count()
                .ToStream()
                .To("out"),
            "out").WithHex("out"),
    ];

    public static void WindowedTo<TValue>(KTable<Windowed<string>, TValue> table, string topic) =>
        table.ToStream().Map((k, v) => (Show(k), v?.ToString())).To(topic);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static GoldenTopology Windowed<TValue>(
        string name, Func<KGroupedStream<string, string?>, KTable<Windowed<string>, TValue>> table) =>
        Dsl(name, b => WindowedTo(table(b.Stream<string, string?>("in").GroupByKey()), "out"), "out");
}
