using System.Text.Json.Nodes;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>A topology of the vectors, written with this engine.</summary>
internal sealed record GoldenTopology(string Name, Func<Topology> Build, params string[] Outputs)
{
    /// <summary>Output topics whose keys and values the vectors show as hexadecimal bytes.</summary>
    public IReadOnlySet<string> Hex { get; init; } = new HashSet<string>();

    /// <summary>Stores whose final content the vectors show.</summary>
    public IReadOnlyList<StoreReader> Stores { get; init; } = [];

    /// <summary>A topology in the DSL.</summary>
    public static GoldenTopology Dsl(string name, Action<StreamsBuilder> body, params string[] outputs) =>
        Dsl(name, new StreamsBuilderOptions(), body, outputs);

    /// <summary>A topology in the DSL, with options.</summary>
    public static GoldenTopology Dsl(
        string name, StreamsBuilderOptions options, Action<StreamsBuilder> body, params string[] outputs) =>
        new(
            name,
            () =>
            {
                var builder = new StreamsBuilder(options);
                body(builder);
                return builder.Build();
            },
            outputs);

    /// <summary>A topology of the Processor API.</summary>
    public static GoldenTopology Raw(string name, Action<Topology> body, params string[] outputs) =>
        new(
            name,
            () =>
            {
                var topology = new Topology();
                body(topology);
                return topology;
            },
            outputs);

    /// <summary>What the test driver is told.</summary>
    public TopologyTestDriverOptions Options { get; init; } = new() { ApplicationId = "app" };

    public GoldenTopology With(Func<TopologyTestDriverOptions, TopologyTestDriverOptions> change) =>
        this with { Options = change(Options) };

    public GoldenTopology WithHex(params string[] topics) => this with { Hex = topics.ToHashSet() };

    public GoldenTopology With(params StoreReader[] stores) => this with { Stores = stores };
}

/// <summary>Reads the final content of a store in the shape of the vectors.</summary>
internal sealed record StoreReader(string Name, Func<TopologyTestDriver, JsonArray> Read)
{
    /// <summary>
    /// How long windows are kept after their start, or sessions after their end, in milliseconds. Kafka's caches go on showing
    /// what has expired, at least until they are full; here it is gone, so it is not compared. Null where nothing expires.
    /// </summary>
    public long? Retention { get; init; }

    /// <summary>Whether ends decide what has expired, instead of starts.</summary>
    public bool IsSession { get; init; }
}
