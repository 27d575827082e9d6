using MedStreams.Bench.Support;

namespace MedStreams.Streams.Bench;

/// <summary>The topics of a run.</summary>
internal sealed record Topics(BenchTopic Input, BenchTopic Table, BenchTopic Output);

/// <summary>A topology that is measured.</summary>
/// <param name="Name">Such as <c>W1 passthrough</c>.</param>
/// <param name="Build">The topology over the topics of a run.</param>
internal sealed record Workload(string Name, Func<Topics, Topology> Build)
{
    /// <summary>The different keys of the input and of W5's table.</summary>
    public const int Keys = 100_000;

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("W1 passthrough", Passthrough),
        new("W2 parse-filter-map-route", Route),
        new("W3 keyed count", static topics => Count(topics)),
        new("W4 windowed count", WindowedCount),
        new("W5 stream-table join", Join),
    ];

    private static Topology Passthrough(Topics topics)
    {
        var builder = new StreamsBuilder();
        builder.Stream<byte[], byte[]>(topics.Input.Name).To(topics.Output.Name);
        return builder.Build();
    }

    private static Topology Route(Topics topics)
    {
        // Four routes: the topic's name is chosen for each record, here always the same topic.
        var routes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ingest"] = topics.Output.Name,
            ["route"] = topics.Output.Name,
            ["render"] = topics.Output.Name,
            ["archive"] = topics.Output.Name,
        };
        var builder = new StreamsBuilder();
        builder.Stream<byte[], byte[]>(topics.Input.Name)
            .MapValues(static value => AppLine.Parse(value))
            .Filter(static (_, line) => line is { Event: not "debug" })
            .Map(static (_, line) => (line!.Subject, Value: line))
            .To(
                (in Record<long, AppLine> record, RecordMetadata? _) => routes[record.Value.Component],
                Produced.With(Serdes.Int64, new AppLine.Serde()));
        return builder.Build();
    }

    /// <summary>W3, with a name for its store where it is to be asked.</summary>
    public static Topology Count(Topics topics, string? store = null)
    {
        var builder = new StreamsBuilder();
        var grouped = builder.Stream<string, byte[]>(topics.Input.Name).GroupByKey();
        (store is null ? grouped.Count() : grouped.Count(Materialized.As(store))).ToStream().To(topics.Output.Name);
        return builder.Build();
    }

    private static Topology WindowedCount(Topics topics)
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, byte[]>(topics.Input.Name)
            .GroupByKey()
            .WindowedBy(TimeWindows.OfSizeAndGrace(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)))
            .Count()
            .ToStream()
            .Map(static (window, count) => (window.Key, count))
            .To(topics.Output.Name);
        return builder.Build();
    }

    private static Topology Join(Topics topics)
    {
        var builder = new StreamsBuilder();
        var table = builder.Table<string, byte[]>(topics.Table.Name);
        builder.Stream<string, byte[]>(topics.Input.Name)
            .Join(table, static (byte[] value, byte[] found) => found.Length > 0 ? value : found)
            .To(topics.Output.Name);
        return builder.Build();
    }
}
