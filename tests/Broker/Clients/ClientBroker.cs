using Confluent.Kafka;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>A broker on a free port with a folder of its own, and real clients for it.</summary>
internal sealed class ClientBroker : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-broker-").FullName;
    private readonly Func<BrokerOptions, BrokerOptions> _configure;
    private EmbeddedBroker _broker = null!;
    private int _port;

    private readonly IFileSystem _files;

    private ClientBroker(Func<BrokerOptions, BrokerOptions> configure, IFileSystem files)
    {
        _configure = configure;
        _files = files;
    }

    public string BootstrapServers => _broker.BootstrapServers;

    public static async Task<ClientBroker> StartAsync(
        Func<BrokerOptions, BrokerOptions>? configure = null, IFileSystem? files = null)
    {
        var broker = new ClientBroker(configure ?? (options => options), files ?? PhysicalFileSystem.Instance);
        await broker.OpenAsync();
        return broker;
    }

    /// <summary>Stops the broker and starts another over the same folder, on the same port.</summary>
    public async Task RestartAsync()
    {
        _port = _broker.Port;
        await _broker.DisposeAsync();
        await OpenAsync();
    }

    public async Task CreateTopicAsync(string name, int partitions = 1)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        await admin.CreateTopicsAsync(
            [new Confluent.Kafka.Admin.TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    public IProducer<string, string> Producer(string? transactionalId = null, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 0,
            TransactionalId = transactionalId,
        };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
    }

    public ConsumerConfig ConsumerConfig(string group) => new()
    {
        BootstrapServers = BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        SessionTimeoutMs = 6_000,
        HeartbeatIntervalMs = 200,
        IsolationLevel = IsolationLevel.ReadCommitted,
        FetchWaitMaxMs = 50,
        ReconnectBackoffMaxMs = 200,
    };

    public IConsumer<string, string> Consumer(string group, Action<ConsumerConfig>? configure = null)
    {
        var config = ConsumerConfig(group);
        configure?.Invoke(config);
        return new ConsumerBuilder<string, string>(config).SetLogHandler((_, _) => { }).Build();
    }

    public async Task ProduceAsync(string topic, int count, int partitions = 1, int from = 0)
    {
        using var producer = Producer();
        for (var i = from; i < from + count; i++)
        {
            producer.Produce(
                new Confluent.Kafka.TopicPartition(topic, i % partitions), new Message<string, string> { Key = $"k{i}", Value = $"{i}" });
        }

        producer.Flush(TimeSpan.FromSeconds(10));
        await Task.CompletedTask;
    }

    /// <summary>Reads a topic to its end with a consumer that belongs to no group.</summary>
    public List<string> ReadAll(string topic, int partitions, IsolationLevel isolation)
    {
        using var consumer = Consumer($"reader-{Guid.NewGuid()}", c =>
        {
            c.IsolationLevel = isolation;
            c.EnablePartitionEof = true;
        });
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var values = new List<string>();
        var open = partitions;
        while (open > 0)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(10));
            Assert.NotNull(result);
            if (result.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                values.Add(result.Message.Value);
            }
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task OpenAsync()
    {
        var options = _configure(new BrokerOptions
        {
            DataDirectory = _directory,
            Port = _port,
            MinSessionTimeout = TimeSpan.FromSeconds(1),
            InitialRebalanceDelay = TimeSpan.FromMilliseconds(100),
        });
        _broker = new EmbeddedBroker(options, loggerFactory: null, clock: null, _files);
        await _broker.StartAsync();
    }
}
