using Confluent.Kafka;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Tests;

/// <summary>Clusters to watch in tests.</summary>
internal static class Clusters
{
    /// <summary>One that is looked at often.</summary>
    public static MonitoredCluster Of(string servers, string name = "local", double seconds = 0.2) => new()
    {
        Name = name,
        Servers = [servers],
        Connect = config =>
        {
            config.BootstrapServers = servers;
            return new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        },
        Admin = () => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build(),
        OffsetRefresh = TimeSpan.FromSeconds(seconds),
        TopicRefresh = TimeSpan.FromSeconds(seconds),
        Timeout = TimeSpan.FromSeconds(10),
    };
}
