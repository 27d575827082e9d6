using Confluent.Kafka;
using MedStreams.Broker;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>The page of a monitor over a broker that is really there, and then is not.</summary>
public sealed class WatchedBrokerTests(Chromium chromium) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-page-").FullName;
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await StartAsync(0);

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_broker_that_is_stopped_shows_and_heals_when_it_is_back()
    {
        var servers = _broker.BootstrapServers;
        await LagAsync(servers, produced: 12, committed: 5);
        await using var watch = new ClusterWatch(ClusterOf(servers), TimeProvider.System, NullLogger.Instance);
        await using var screen = await Screen.OpenAsync(chromium, LagPage.Of([watch], TimeProvider.System));
        var page = screen.Page;
        await page.EvaluateAsync("() => { location.hash = 'lag'; }");
        var row = page.Locator("[data-view='lag'] tbody tr[aria-rowindex]", new() { HasText = "exports" }).First;
        await Assertions.Expect(row).ToContainTextAsync("7");
        await Assertions.Expect(page.Locator("#banners")).ToBeEmptyAsync();

        await _broker.DisposeAsync();
        await Assertions.Expect(page.Locator("#banners")).ToContainTextAsync("No Kafka broker of local answers since", new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator("#light")).ToHaveTextAsync("standing still");

        _broker = await StartAsync(int.Parse(servers.Split(':')[1], null));
        await Assertions.Expect(page.Locator("#banners")).ToBeEmptyAsync(new() { Timeout = 60_000 });
        await LagAsync(servers, produced: 3, committed: 5);
        await Assertions.Expect(row).ToContainTextAsync("10", new() { Timeout = 60_000 });
    }

    private static MonitoredCluster ClusterOf(string servers) => new()
    {
        Name = "local",
        Servers = [servers],
        Connect = config =>
        {
            config.BootstrapServers = servers;
            config.ReconnectBackoffMaxMs = 500;
            return new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        },
        Admin = () => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers, ReconnectBackoffMaxMs = 500 })
            .SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build(),
        OffsetRefresh = TimeSpan.FromMilliseconds(200),
        TopicRefresh = TimeSpan.FromMilliseconds(500),
        Timeout = TimeSpan.FromSeconds(3),
    };

    private static async Task LagAsync(string servers, int produced, int committed)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = servers }).Build();
        for (var i = 0; i < produced; i++)
            await producer.ProduceAsync(new TopicPartition("orders", 0), new Message<Null, string> { Value = "order" });
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets("exports", [new TopicPartitionOffset("orders", 0, committed)])]);
    }

    private async Task<EmbeddedBroker> StartAsync(int port)
    {
        var broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _folder, Port = port });
        await broker.StartAsync();
        return broker;
    }
}
