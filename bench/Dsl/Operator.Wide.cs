using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Dsl.Bench;

/// <content>Operators that need a topic or a thread of the engine's own, so that they run under the test driver only.</content>
internal sealed partial record Operator
{
    /// <summary>Those whose topologies have several tasks, or global stores.</summary>
    public static IReadOnlyList<Operator> Wide { get; } =
    [
        new("Repartition", static b => Stream(b).Repartition(Repartitioned.With(Serdes.Int64, Serdes.Int64)).ForEach(Nothing)),
        new("MapValuesAsync, done at once", static b => Stream(b)
            .MapValuesAsync(static (_, v, _) => ValueTask.FromResult(v + 1)).ForEach(Nothing)),
        new("ProcessAsync, done at once", static b => Stream(b)
            .ProcessAsync<long, long>(static (record, _) => ValueTask.FromResult<IReadOnlyList<Record<long, long>>>([record])).ForEach(Nothing)),
        new("ToSink", static b => Stream(b).ToSink(
            "target", new InMemorySink<long, long>(), Repartitioned.With(Serdes.Int64, Serdes.Int64))),
        new("Print", static b => Stream(b).Print(TextWriter.Null)),
        new("GroupBy another key, Count", static b => Stream(b)
            .GroupBy(static (k, _) => k / 2, Grouped.With(Serdes.Int64, Serdes.Int64))
            .Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("KTable GroupBy another key, Count", static b => TableOf(b, Input)
            .GroupBy(static (k, v) => (k / 2, v), Grouped.With(Serdes.Int64, Serdes.Int64.Nullable()))
            .Count(Kept<long?>()).ToStream().ForEach(Nothing)),
        new("stream-global table Join", static b => Stream(b).Join(
            b.GlobalTable(Table, InOrNull, Kept<long?>()), static (k, _) => k, static (v, t) => v + t ?? 0).ForEach(Nothing))
        {
            ReadsTable = true,
        },
        new("stream-global table LeftJoin", static b => Stream(b).LeftJoin(
            b.GlobalTable(Table, InOrNull, Kept<long?>()), static (k, _) => k, static (v, t) => v + t ?? 0).ForEach(Nothing))
        {
            ReadsTable = true,
        },
        new("foreign-key LeftJoin", static b => TableOf(b, Input).LeftJoin(TableOf(b), static v => v % 10_000, static (v, t) => v + t)
            .ToStream().ForEach(Nothing))
        {
            ReadsTable = true,
        },
        new("foreign-key Join", static b => TableOf(b, Input).Join(TableOf(b), static v => v % 10_000, static (v, t) => v + t)
            .ToStream().ForEach(Nothing))
        {
            ReadsTable = true,
        },
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Operator> All { get; } = [.. Stateless, .. Stateful, .. Wide];
}
