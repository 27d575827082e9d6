using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;

namespace MedStreams.Conformance.Tests;

/// <summary>One broker and its clients, for all tests of a class; each test has topics of its own.</summary>
public sealed class TestBroker : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-conformance-").FullName;
    private EmbeddedBroker _broker = null!;

    internal ClientSet Clients { get; private set; } = null!;

    internal string Servers => _broker.BootstrapServers;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _directory, Port = 0 });
        await _broker.StartAsync();
        Clients = new ClientSet(Servers);
    }

    public async ValueTask DisposeAsync()
    {
        if (Clients is not null)
            await Clients.DisposeAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    internal async Task CreateTopicsAsync(
        IEnumerable<string> names, int partitions, params (string Name, string Value)[] settings)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.CreateTopicsAsync(names.Select(name => new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = settings.ToDictionary(s => s.Name, s => s.Value),
        }));
    }
}
