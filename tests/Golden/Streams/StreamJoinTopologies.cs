using MedStreams.Streams;
using static MedStreams.Golden.Tests.Streams.GoldenTopology;
using static MedStreams.Golden.Tests.Streams.Text;
using static MedStreams.Golden.Tests.Streams.WindowTopologies;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>Joins of streams.</summary>
internal static class StreamJoinTopologies
{
    public static IEnumerable<GoldenTopology> All() =>
    [
        Joined("stream-stream-inner", JoinWindows.OfTimeDifferenceWithNoGrace(Seconds(4))),
        Joined("stream-stream-inner-grace", JoinWindows.OfTimeDifferenceAndGrace(Seconds(3), Seconds(6))),
        Joined(
            "stream-stream-inner-after",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(4)).Before(Seconds(0))),
        Joined(
            "stream-stream-inner-before",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(1)).After(Seconds(1))),
        Joined("stream-stream-left", JoinWindows.OfTimeDifferenceWithNoGrace(Seconds(4))),
        Joined("stream-stream-left-grace", JoinWindows.OfTimeDifferenceAndGrace(Seconds(3), Seconds(6))),
        Joined(
            "stream-stream-left-after",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(4)).Before(Seconds(0))),
        Joined(
            "stream-stream-left-before",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(1)).After(Seconds(1))),
        Joined("stream-stream-outer", JoinWindows.OfTimeDifferenceWithNoGrace(Seconds(4))),
        Joined("stream-stream-outer-grace", JoinWindows.OfTimeDifferenceAndGrace(Seconds(3), Seconds(6))),
        Joined(
            "stream-stream-outer-after",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(4)).Before(Seconds(0))),
        Joined(
            "stream-stream-outer-before",
            JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(1)).After(Seconds(1))),
        Dsl(
            "stream-stream-rekeyed",
            b => b.Stream<string?, string>("left")
                .SelectKey((k, _) => OrNull(k) + "!")
                .Join(
                    b.Stream<string?, string>("right").Map((k, v) => (OrNull(k) + "!", v)),
                    (x, y) => Both(x, y),
                    JoinWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(4)))
                .To("out"),
            "out"),
        Dsl(
            "stream-stream-with-key",
            b => b.Stream<string, string>("left")
                .LeftJoin(
                    b.Stream<string, string>("right"),
                    (k, x, y) => OrNull(k) + Both(x, y),
                    JoinWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(4)),
                    new() { Name = "pair", StoreName = "pair-store" })
                .To("out"),
            "out"),
        Dsl(
            "stream-stream-in-memory",
            b => b.Stream<string, string>("left")
                .OuterJoin(
                    b.Stream<string, string>("right"),
                    (x, y) => Both(x, y),
                    JoinWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(2)),
                    new()
                    {
                        ThisStore = Stores.InMemoryWindowStore("this", Seconds(10), Seconds(8), true),
                        OtherStore = Stores.InMemoryWindowStore("other", Seconds(10), Seconds(8), true),
                    })
                .To("out"),
            "out"),
        Dsl("self-join", SelfJoin, "out"),
        Dsl("self-join-optimised", new StreamsBuilderOptions { Optimizations = TopologyOptimizations.All }, SelfJoin, "out"),
        Dsl(
            "stream-join-chain",
            b => b.Stream<string, string>("one")
                .Join(
                    b.Stream<string, string>("two"),
                    (x, y) => Both(x, y),
                    JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(5)))
                .LeftJoin(
                    b.Stream<string, string>("three"),
                    (x, y) => Both(x, y),
                    JoinWindows.OfTimeDifferenceAndGrace(Seconds(5), Seconds(5)))
                .To("out"),
            "out"),
    ];

    private static void SelfJoin(StreamsBuilder b)
    {
        var stream = b.Stream<string, string>("in");
        stream.Join(stream, (x, y) => Both(x, y), JoinWindows.OfTimeDifferenceAndGrace(Seconds(4), Seconds(4))).To("out");
    }

    private static GoldenTopology Joined(string name, JoinWindows windows) =>
        Dsl(
            name,
            b =>
            {
                var left = b.Stream<string, string>("left");
                var right = b.Stream<string, string>("right");
                var joined = name.Split('-')[2] switch
                {
                    "inner" => left.Join(right, (x, y) => Both(x, y), windows),
                    "left" => left.LeftJoin(right, (x, y) => Both(x, y), windows),
                    _ => left.OuterJoin(right, (x, y) => Both(x, y), windows),
                };
                joined.To("out");
            },
            "out");
}
