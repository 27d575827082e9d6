using MedStreams.Broker;

namespace MedStreams.Support;

/// <summary>The broker of some tests: an embedded one, or the one that is named (<see cref="NamedBroker"/>).</summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-broker-").FullName;
    private EmbeddedBroker? _broker;

    private TestBroker()
    {
    }

    public string BootstrapServers => _broker?.BootstrapServers ?? NamedBroker.Servers!;

    /// <summary>Begins the names of all topics and applications of these tests.</summary>
    public string Prefix { get; } = NamedBroker.UniquePrefix();

    /// <summary>Starts it.</summary>
    /// <param name="configure">Settings of an embedded one.</param>
    public static async Task<TestBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        var made = new TestBroker();
        if (NamedBroker.Servers is null)
        {
            var options = new BrokerOptions { DataDirectory = made._folder, Port = 0 };
            made._broker = new EmbeddedBroker(configure?.Invoke(options) ?? options);
            await made._broker.StartAsync(CancellationToken.None);
        }

        return made;
    }

    /// <summary>A name that belongs to these tests.</summary>
    public string Named(string name) => Prefix + name;

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        else
            await NamedBroker.CleanAsync(BootstrapServers, Prefix);
        Directory.Delete(_folder, recursive: true);
    }
}
