using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Support;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>The one broker of all runs, with the client that makes their topics. Safe for use by several threads.</summary>
internal sealed class RuntimeBroker : IAsyncDisposable
{
    private const string InMemory = "/dev/shm";
    private readonly string _folder;
    private readonly TestBroker _broker;
    private readonly IAdminClient _admin;

    private RuntimeBroker(string folder, TestBroker broker)
    {
        (_folder, _broker) = (folder, broker);
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
    }

    public string BootstrapServers => _broker.BootstrapServers;

    /// <summary>A folder for the state of a run.</summary>
    public string StateOf(string run) => Path.Combine(_folder, "state", run);

    /// <summary>The name of a run on this broker.</summary>
    public string Named(string run) => _broker.Named(run);

    public static async Task<RuntimeBroker> StartAsync()
    {
        // Thousands of small files: in memory, where there is such a place.
        var folder = Directory.Exists(InMemory)
            ? Directory.CreateDirectory(Path.Combine(InMemory, $"medstreams-golden-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("medstreams-golden-").FullName;
        return new RuntimeBroker(folder, await TestBroker.StartAsync(options => options with
        {
            DataDirectory = Path.Combine(folder, "broker"),
            AutoCreateTopics = false,
            Flush = FlushPolicy.OperatingSystem,
            InitialRebalanceDelay = TimeSpan.Zero,
        }));
    }

    public async Task CreateTopicsAsync(IEnumerable<string> topics, int partitions) =>
        await _admin.CreateTopicsAsync(topics.Select(t => new TopicSpecification
        {
            Name = t,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string> { ["retention.ms"] = "-1" },
        }));

    /// <summary>Deletes all that a run has left, so that later ones need not hear of it.</summary>
    public async Task ForgetAsync(string run)
    {
        string[] topics =
        [
            .. _admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.Select(t => t.Topic)
                .Where(t => t.StartsWith($"{run}.", StringComparison.Ordinal)),
        ];
        await _admin.DeleteTopicsAsync(topics);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
