using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Demo;
using MedStreams.Support.OperatorApi;

namespace MedStreams.EndToEnd.Tests.Synchronisation;

/// <summary>A broker, an operator with two APIs that misbehave, and the settings of instances.</summary>
internal sealed class SyncStack : IAsyncDisposable
{
    public const int CardPartitions = 3;
    private const int Most = 5;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medstreams-sync-");

    private SyncStack(PrivateBroker broker, OperatorApiProcess api)
    {
        (Broker, Api) = (broker, api);
        Instances = [.. Enumerable.Range(0, Most).Select(i => new SyncInstance(_folder.FullName, $"instance-{i}"))];
    }

    public PrivateBroker Broker { get; }

    public OperatorApiProcess Api { get; }

    public ImmutableArray<SyncInstance> Instances { get; }

    public static async Task<SyncStack> StartAsync(int seed, CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-sync-peers-").FullName;
        var broker = await PrivateBroker.StartAsync(Path.Combine(folder, "broker"), stop);
        var api = await OperatorApiProcess.StartAsync(
            new OperatorApiOptions
            {
                Book = Path.Combine(folder, "book"),
                Seed = seed,
                Faults = OperatorApiOptions.Everything.SetItem(OperatorMisdeed.Throttle, 4).SetItem(OperatorMisdeed.ThrottleUntil, 2), // each stops the operator for a second
                Late = TimeSpan.FromSeconds(1),
            },
            Path.Combine(folder, "operator.log"),
            stop);
        var stack = new SyncStack(broker, api);
        await File.WriteAllTextAsync(Path.Combine(stack._folder.FullName, "appsettings.json"), stack.Settings().ToJsonString(), stop);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "sync.cards", NumPartitions = CardPartitions }]);
        return stack;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances)
            instance.Dispose();
        await Api.DisposeAsync();
        Broker.Dispose();
        _folder.Delete(recursive: true);
        Directory.GetParent(Path.GetDirectoryName(Broker.LogFile)!)!.Delete(recursive: true);
    }

    /// <summary>What instances and the broker said last.</summary>
    public string Logs() => string.Join(
        '\n', Instances.Select(i => i.LogFile).Append(Broker.LogFile).Where(File.Exists).Select(f => $"{f}:\n{string.Join('\n', File.ReadLines(f).TakeLast(20))}"));

    private JsonObject Settings() => new()
    {
        ["MedStreams"] = new JsonObject
        {
            ["Kafka"] = new JsonObject { ["BootstrapServers"] = Broker.BootstrapServers },
            ["Streams"] = new JsonObject { ["SessionTimeout"] = "6 s", ["CommitInterval"] = "25 ms", ["ProbingRebalanceInterval"] = "10 s" },
            ["Sync"] = new JsonObject
            {
                ["Shards"] = "12",
                ["RoundInterval"] = "1 s",
                ["LookInterval"] = "200 ms",
                ["AnnouncementLimit"] = "5 s",
                ["Operators"] = new JsonObject { ["keyed"] = Keyed(), ["plain"] = Plain() },
            },
        },
    };

    private JsonObject Keyed() => Operator("keyed/cards", new JsonObject { ["IdempotencyHeader"] = "Idempotency-Key" });

    private JsonObject Plain() => Operator(
        "plain/cards",
        new JsonObject
        {
            ["LookUp"] = new JsonObject { ["Url"] = Api.Address + "plain/cards/{{enterprise}}/{{number}}?due={{due}}", ["Settle"] = "3 s" },
        });

    private JsonObject Operator(string path, JsonObject more)
    {
        more["Url"] = Api.Address + path;
        more["Body"] = """{"enterprise":"{{enterprise}}","number":"{{number}}","due":"{{due}}"}""";
        more["AlreadyDone"] = "409 where state = already-done";
        more["RatePerSecond"] = "1000";
        more["Burst"] = "100";
        more["Concurrency"] = "32";
        more["Timeout"] = "700 ms";
        more["Attempts"] = "2";
        more["Backoff"] = "50 ms";
        more["Breaker"] = new JsonObject { ["Pause"] = "1 s", ["Over"] = "2 s", ["Requests"] = "20", ["FailureRatio"] = "0.8" };
        return more;
    }
}
