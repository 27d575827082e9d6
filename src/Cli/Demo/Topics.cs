using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Cli.Demo;

/// <summary>Makes topics before anybody uses them, so that their partitions are as many as they should be.</summary>
internal static class Topics
{
    /// <summary>Creates topics.</summary>
    /// <exception cref="CreateTopicsException">One is there already, or the broker refuses.</exception>
    public static async Task CreateAsync(string bootstrapServers, int partitions, params IEnumerable<string> names)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers })
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        await admin.CreateTopicsAsync(names.Select(name => new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
        }));
    }
}
