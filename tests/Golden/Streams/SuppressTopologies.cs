using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;
using static MedStreams.Golden.Tests.Streams.WindowTopologies;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Changes held back.</summary>
internal static class SuppressTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Windowed(
            "suppress-until-close",
            g => g.WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(10), Seconds(3)))
                .Count()
                .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))),
        Windowed(
            "suppress-session-until-close",
            g => g.WindowedBy(SessionWindows.OfInactivityGapAndGrace(Seconds(3), Seconds(2)))
                .Count()
                .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))),
        Dsl(
            "suppress-time-limit",
            b => b.Table<string, string>("in")
                .Suppress(Suppressed.UntilTimeLimit(Seconds(5), BufferConfig.Unbounded()))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "suppress-early-when-full",
            b => b.Table<string, string>("in")
                .Suppress(Suppressed.UntilTimeLimit(Seconds(30), BufferConfig.OfMaxRecords(3)))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "suppress-count",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .Count()
                .Suppress(Suppressed
                    .UntilTimeLimit(Seconds(4), BufferConfig.OfMaxRecords(100).EmitEarlyWhenFull())
                    .WithName("calm"))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out"),
        Dsl(
            "suppress-filtered",
            b => b.Table<string, string>("in")
                .Filter((_, v) => Number(v) % 2 == 0)
                .Suppress(Suppressed.UntilTimeLimit(Seconds(3), BufferConfig.Unbounded()))
                .ToStream()
                .To("out"),
            "out"),
        Dsl(
            "suppress-then-total",
            b => b.Stream<string, string?>("in")
                .GroupByKey()
                .WindowedBy(TimeWindows.OfSizeAndGrace(Seconds(6), Seconds(0)))
                .Count()
                .Suppress(Suppressed.UntilWindowCloses(BufferConfig.Unbounded()))
                .ToStream()
                .GroupBy((k, _) => k.Key)
                .Reduce((x, y) => Math.Max(x!.Value, y!.Value))
                .ToStream()
                .MapValues(Of)
                .To("out"),
            "out"),
    ];
}
