using System.Text.Json.Nodes;
using MedStreams.Support;

namespace MedStreams.Conformance.Tests;

/// <summary>The clients that this machine has, started when they are first asked for.</summary>
internal sealed class ClientSet(string servers) : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly string[] AllCodecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    internal static readonly string NodeModules = Path.Combine(Repository.Root, ".medstreams", "node", "node_modules");

    /// <summary>Every client, and what it is called.</summary>
    private static readonly Dictionary<string, Func<string, KafkaClient>> Makers = new()
    {
        ["confluent-dotnet"] = servers => new NetClient(servers) { Codecs = AllCodecs },
        ["confluent-python"] = servers => new AgentClient("confluent-python", Python, Script("python/agent_confluent.py"), servers)
        {
            Codecs = AllCodecs,
        },
        ["kafka-python"] = servers => new AgentClient("kafka-python", Python, Script("python/agent_kafka.py"), servers)
        {
            Codecs = AllCodecs,
            SentHeaders = SentHeaders.Bytes,
            SendsNothing = false,
            IsIdempotent = false,
            KnowsTransactions = false,
        },
        ["kafkajs"] = servers => NodeClient("kafkajs", servers),
        ["node-rdkafka"] = servers => NodeClient("node-rdkafka", servers),
        ["kcat"] = servers => new KcatClient(servers)
        {
            Codecs = AllCodecs,
            SentHeaders = SentHeaders.Texts,
            SendsTimestamps = false,
            PrintsHeaders = true,
        },
    };

    private readonly Dictionary<string, KafkaClient> _started = [];

    /// <summary>A client for Node.js, without encryption or as a user over TLS.</summary>
    public static AgentClient NodeClient(string name, string servers, JsonObject? security = null) => name == "kafkajs"
        ? new AgentClient("kafkajs", "node", Script("node/agent_kafkajs.js"), servers, NodeModules, security)
        {
            Codecs = ["none", "gzip", "snappy"],
            SentHeaders = SentHeaders.Bytes,
        }
        : new AgentClient("node-rdkafka", "node", Script("node/agent_rdkafka.js"), servers, NodeModules, security)
        {
            Codecs = AllCodecs,
            SentHeaders = SentHeaders.Texts,
            SendsEmpty = false,
            ReadsNullHeaders = false,
        };

    /// <summary>The names of all clients.</summary>
    public static IReadOnlyCollection<string> Names => Makers.Keys;

    /// <summary>Why a client cannot be had here, or null.</summary>
    public static string? Missing(string name) => name switch
    {
        "confluent-python" => Module("confluent_kafka"),
        "kafka-python" => Module("kafka"),
        "kafkajs" or "node-rdkafka" or "@kafkajs/confluent-schema-registry" => !OutsideProgram.IsThere("node") ? "there is no node"
            : Directory.Exists(Path.Combine(NodeModules, name)) ? null : $"{NodeModules} has no {name}: ./medstreams test installs it",
        "kcat" => OutsideProgram.IsThere("kcat") ? null : "there is no kcat",
        _ => null,
    };

    /// <summary>Skips the test when a client cannot be had here.</summary>
    public static void Require(string name) => Assert.SkipWhen(Missing(name) is not null, $"not run: {Missing(name)}");

    /// <summary>A client by its name.</summary>
    public KafkaClient Get(string name)
    {
        if (!_started.TryGetValue(name, out var client))
            _started[name] = client = Makers[name](servers);
        return client;
    }

    /// <summary>A client in another language by its name.</summary>
    public AgentClient Agent(string name) => (AgentClient)Get(name);

    /// <summary>All clients that can be had.</summary>
    public IReadOnlyList<KafkaClient> All() => [.. Names.Where(n => Missing(n) is null).Select(Get)];

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _started.Values)
            await client.DisposeAsync();
    }

    internal static string Script(string path) => Path.Combine(Repository.Root, "tests", "Conformance", path);

    private static string? Module(string name) =>
        Directory.EnumerateFileSystemEntries("/usr/lib/python3/dist-packages", name).Any() ? null : $"{Python} has no {name}";
}
