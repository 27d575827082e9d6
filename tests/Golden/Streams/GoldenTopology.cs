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
internal sealed record StoreReader(string Name, Func<IStoreAccess, JsonArray> Read)
{
    /// <summary>
    /// How long windows are kept after their start, or sessions after their end, in milliseconds. Kafka's caches go on showing
    /// what has expired, at least until they are full; here it is gone, so it is not compared. Null where nothing expires.
    /// </summary>
    public long? Retention { get; init; }

    /// <summary>
    /// How many entries the store keeps below its cache, which shows more; null where it keeps all. After a restart there is no more than that.
    /// </summary>
    public int? MaxEntries { get; init; }

    /// <summary>Whether ends decide what has expired, instead of starts.</summary>
    public bool IsSession { get; init; }
}

/// <summary>Where stores are read: in the test driver, or where a run of the engine has left them.</summary>
internal interface IStoreAccess
{
    /// <summary>A store as the interface that it implements.</summary>
    TStore Get<TStore>(string name)
        where TStore : class;

    /// <summary>The time by which a store of windows or sessions expires; -1 where nothing was put.</summary>
    long TimeOf(string name);
}

/// <summary>The stores of a test driver.</summary>
internal sealed class DriverStores(TopologyTestDriver driver) : IStoreAccess
{
    public TStore Get<TStore>(string name)
        where TStore : class => driver.GetStore<TStore>(name);

    public long TimeOf(string name) => driver.StoreTime(name);
}
