using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Kafka;

namespace MedStreams.Cli.Running;

/// <summary>Makes the topics that a topology needs and the brokers do not have.</summary>
internal static class MissingTopics
{
    public static async Task CreateAsync(CommandContext context, IEnumerable<string> topics, int partitions)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var known = clients.AllTopics(admin).Topics.Select(t => t.Topic).ToHashSet(StringComparer.Ordinal);
        var missing = topics.Where(topic => !known.Contains(topic))
            .Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 })
            .ToList();
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
