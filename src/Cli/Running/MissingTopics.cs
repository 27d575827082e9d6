using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Kafka;

namespace MedStreams.Cli.Running;

/// <summary>Makes the topics that a topology needs and the brokers do not have.</summary>
internal static class MissingTopics
{
    /// <summary>Makes a topology's topics.</summary>
    public static Task CreateAsync(CommandContext context, RunnableTopology topology, int partitions) =>
        CreateAsync(context, topology.Topics.Select(topic => new TopicSpecification
        {
            Name = topic,
            NumPartitions = topology.FixedPartitions.TryGetValue(topic, out var count) ? count : partitions,
            ReplicationFactor = -1,
            Configs = topology.CompactedTopics.Contains(topic) ? new Dictionary<string, string> { ["cleanup.policy"] = "compact" } : null,
        }));

    /// <summary>Makes topics.</summary>
    public static Task CreateAsync(CommandContext context, IEnumerable<string> topics, int partitions) =>
        CreateAsync(context, topics.Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }));

    /// <summary>Says so where a topic has not the partitions that its topology needs; one that is not there is not looked at.</summary>
    /// <exception cref="CliException">It has another number.</exception>
    public static void CheckPartitions(CommandContext context, RunnableTopology topology)
    {
        if (topology.FixedPartitions.Count == 0)
            return;
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        foreach (var topic in clients.AllTopics(admin).Topics.Where(t => topology.FixedPartitions.ContainsKey(t.Topic)))
        {
            if (topology.PartitionsFault(topic.Topic, topic.Partitions.Count) is { } fault)
                throw CliException.Usage(fault);
        }
    }

    private static async Task CreateAsync(CommandContext context, IEnumerable<TopicSpecification> topics)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var known = clients.AllTopics(admin).Topics.Select(t => t.Topic).ToHashSet(StringComparer.Ordinal);
        var missing = topics.Where(topic => !known.Contains(topic.Name)).ToList();
        if (missing.Count == 0)
            return;
        try
        {
            await admin.CreateTopicsAsync(
                missing, new CreateTopicsOptions { RequestTimeout = clients.Timeout, OperationTimeout = clients.Timeout });
        }
        catch (CreateTopicsException e) when (e.Results.All(r => !r.Error.IsError || r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process that was started with us made them first.
            context.Say($"topics were made by another process meanwhile: {string.Join(", ", e.Results.Select(r => r.Topic))}");
        }

        context.Say($"topics made: {string.Join(", ", missing.Select(t => t.Name))}");
    }
}
