using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedStreams.Broker.Tests.Server;

public sealed class EmbeddedBrokerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-embedded-").FullName;

    private BrokerOptions Options => new() { DataDirectory = Path.Combine(_directory, "data"), Port = 0 };

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Values_under_Kafkas_names_go_where_they_belong()
    {
        var options = new BrokerOptions { DataDirectory = "/d" }.WithConfigs(new Dictionary<string, string>
        {
            ["offsets.retention.minutes"] = "90",
            ["offsets.retention.check.interval.ms"] = "2000",
            ["transactional.id.expiration.ms"] = "120000",
            ["producer.id.expiration.ms"] = "60000",
            ["log.cleaner.dedupe.buffer.size"] = "1000000",
        });
        Assert.Equal(
            (TimeSpan.FromMinutes(90), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)),
            (options.OffsetsRetention, options.OffsetsRetentionCheckInterval, options.TransactionalIdExpiration, options.ProducerIdExpiration));
        Assert.Equal(["log.cleaner.dedupe.buffer.size"], options.Configs.Keys);
        options.Validate();
        Assert.Throws<BrokerException>(() => options.WithConfigs(new Dictionary<string, string> { ["offsets.retention.minutes"] = "soon" }));
        Assert.Throws<BrokerException>(() => options.WithConfigs(new Dictionary<string, string> { ["offsets.retention.minutes"] = "0" }).Validate());
    }

    [Fact]
    public async Task Two_brokers_on_one_directory_are_refused_with_a_reason()
    {
        await using var first = await StartAsync(Options);
        var refusal = await Assert.ThrowsAsync<BrokerException>(() => StartAsync(Options));
        Assert.Contains(Options.DataDirectory, refusal.Message, StringComparison.Ordinal);
        await first.StopAsync(TestContext.Current.CancellationToken);
        await using var second = await StartAsync(Options);
        Assert.NotEqual(0, second.Port);
    }

    [Fact]
    public async Task A_port_in_use_is_refused_and_the_directory_let_go()
    {
        await using var first = await StartAsync(Options);
        var other = Options with { DataDirectory = Path.Combine(_directory, "other") };
        await Assert.ThrowsAsync<BrokerException>(() => StartAsync(other with { Port = first.Port }));
        await using var second = await StartAsync(other);
    }

    [Fact]
    public async Task The_cluster_id_stays_with_the_directory()
    {
        string id;
        await using (var first = await StartAsync(Options))
            id = first.ClusterId;
        await using var second = await StartAsync(Options);
        Assert.Equal(id, second.ClusterId);
        Assert.Equal(22, id.Length);
    }

    [Fact]
    public async Task A_broker_is_started_once()
    {
        await using var broker = await StartAsync(Options);
        await Assert.ThrowsAsync<InvalidOperationException>(() => broker.StartAsync(TestContext.Current.CancellationToken));
        await broker.StopAsync(TestContext.Current.CancellationToken);
        await broker.StopAsync(TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => broker.Port);
    }

    [Fact]
    public async Task A_host_starts_and_stops_it()
    {
        var builder = new ServiceCollection();
        builder.AddEmbeddedBroker(Options);
        await using var services = builder.BuildServiceProvider();
        var hosted = services.GetRequiredService<IHostedService>();
        await hosted.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(IPAddress.Loopback, IPEndPoint.Parse(services.GetRequiredService<EmbeddedBroker>().BootstrapServers).Address);
        await hosted.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        (string Name, BrokerOptions Options)[] wrong =
        [
            (nameof(BrokerOptions.DataDirectory), Options with { DataDirectory = " " }),
            (nameof(BrokerOptions.Port), Options with { Port = 65536 }),
            (nameof(BrokerOptions.DefaultPartitions), Options with { DefaultPartitions = 0 }),
            (nameof(BrokerOptions.MaxRequestBytes), Options with { MaxRequestBytes = 10 }),
            (nameof(BrokerOptions.MaintenanceInterval), Options with { MaintenanceInterval = TimeSpan.Zero }),
            (nameof(BrokerOptions.TopicDefaults), Options with { TopicDefaults = new Dictionary<string, string> { ["no.such"] = "1" } }),
        ];
        foreach (var (name, options) in wrong)
            Assert.Contains(name, Assert.Throws<BrokerException>(options.Validate).Message, StringComparison.Ordinal);
        Options.Validate();
        Assert.Throws<ArgumentOutOfRangeException>(() => FlushPolicy.Grouped(TimeSpan.FromSeconds(2)));
    }

    private static async Task<EmbeddedBroker> StartAsync(BrokerOptions options)
    {
        var broker = new EmbeddedBroker(options);
        await broker.StartAsync();
        return broker;
    }
}
