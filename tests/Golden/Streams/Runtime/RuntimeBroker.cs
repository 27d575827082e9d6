using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>The one broker of all runs, in this process, with the client that makes their topics. Safe for use by several threads.</summary>
internal sealed class RuntimeBroker : IAsyncDisposable
{
    private const string InMemory = "/dev/shm";
    private readonly string _folder;
    private readonly EmbeddedBroker _broker;
    private readonly IAdminClient _admin;

    private RuntimeBroker(string folder, EmbeddedBroker broker)
    {
        (_folder, _broker) = (folder, broker);
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
    }

    public string BootstrapServers => _broker.BootstrapServers;

    /// <summary>A folder for the state of a run.</summary>
    public string StateOf(string run) => Path.Combine(_folder, "state", run);

    public static async Task<RuntimeBroker> StartAsync()
    {
        // Thousands of small files: in memory, where there is such a place.
        var folder = Directory.Exists(InMemory)
            ? Directory.CreateDirectory(Path.Combine(InMemory, $"medstreams-golden-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("medstreams-golden-").FullName;
        var broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = Path.Combine(folder, "broker"),
            Port = 0,
            AutoCreateTopics = false,
            Flush = FlushPolicy.OperatingSystem,
            InitialRebalanceDelay = TimeSpan.Zero,
        });
        await broker.StartAsync(CancellationToken.None);
        return new RuntimeBroker(folder, broker);
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
