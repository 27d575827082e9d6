using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Bench.Support;

/// <summary>A topic of a benchmark.</summary>
public sealed record BenchTopic(string Name, int Partitions);

/// <summary>The broker that is measured against: makes topics and asks where they end. Calls that librdkafka 2.0.2 has.</summary>
public sealed class Cluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IAdminClient _admin;
    private readonly IConsumer<Ignore, Ignore> _offsets;
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];

    public Cluster(string bootstrapServers)
    {
        BootstrapServers = bootstrapServers;
        _admin = new AdminClientBuilder(Settings()).SetLogHandler((_, _) => { }).Build();
        _offsets = Clients.Consumer<Ignore, Ignore>(Settings(("group.id", Unique("offsets"))));
    }

    public string BootstrapServers { get; }

    /// <summary>A name that no earlier run has used.</summary>
    public string Unique(string name) => $"bench-{_run}-{name}-{Guid.NewGuid().ToString("N")[..6]}";

    /// <summary>Settings of a client of this broker.</summary>
    public Dictionary<string, string> Settings(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = BootstrapServers };
        foreach (var (name, value) in settings)
            all[name] = value;
        return all;
    }

    /// <summary>Makes a topic of a name that no earlier run has used; it keeps its records until it is deleted.</summary>
    public async Task<BenchTopic> CreateTopicAsync(string name, int partitions)
    {
        var topic = new BenchTopic(Unique(name), partitions);
        await CreateAsync(topic);
        return topic;
    }

    /// <summary>Makes topics that keep their records until they are deleted.</summary>
    public Task CreateAsync(params BenchTopic[] topics) => _admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
    {
        Name = topic.Name,
        NumPartitions = topic.Partitions,
        ReplicationFactor = -1,
        Configs = new() { ["retention.ms"] = "-1", ["retention.bytes"] = "-1" },
    }));

    /// <summary>Makes a topic of a configuration, by Kafka's names.</summary>
    public Task CreateAsync(BenchTopic topic, Dictionary<string, string> configs) => _admin.CreateTopicsAsync(
    [
        new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = -1, Configs = configs },
    ]);

    public Task DeleteTopicsAsync(params BenchTopic[] topics) => _admin.DeleteTopicsAsync(topics.Select(t => t.Name));

    /// <summary>The offset after the last record of each partition.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Ends(BenchTopic topic) => Enumerable.Range(0, topic.Partitions)
        .Select(p => new TopicPartition(topic.Name, p))
        .ToDictionary(p => p, p => _offsets.QueryWatermarkOffsets(p, Patience).High.Value);

    public void Dispose()
    {
        _offsets.Dispose();
        _admin.Dispose();
    }
}
