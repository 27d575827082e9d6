using System.Net;
using MedStreams.Broker;

namespace MedStreams.Cli.Tests;

/// <summary>An embedded broker for the tests of a class, on a port and in a folder of its own.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-cli-broker-").FullName;
    private EmbeddedBroker? _broker;

    public string Servers => _broker!.BootstrapServers;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _folder, Port = 0, ListenAddress = IPAddress.Loopback });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
