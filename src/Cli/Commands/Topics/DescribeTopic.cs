using System.CommandLine;
using Confluent.Kafka;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Topics;

/// <summary><c>topics describe</c>: a topic's partitions, where they lie, and which offsets they hold.</summary>
internal static class DescribeTopic
{
    public static Command Create(CliEnvironment environment)
    {
        var name = new Argument<string>("TOPIC");
        return new Command("describe", "Shows a topic's partitions: leader, replicas, in-sync replicas, first and next offset") { name }
            .Runs(environment, context => Describe(context, context.Parse.GetRequiredValue(name)));
    }

    private static int Describe(CommandContext context, string name)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var topic = clients.Topic(admin, name);
        using var consumer = clients.CreateConsumer(new ConsumerConfig { GroupId = "medstreams-cli", EnableAutoCommit = false });
        var table = new Table("partition", "leader", "replicas", "inSync", "first", "next");
        foreach (var partition in topic.Partitions.OrderBy(p => p.PartitionId))
        {
            var offsets = consumer.QueryWatermarkOffsets(new TopicPartition(name, partition.PartitionId), clients.Timeout);
            table.Add(
                partition.PartitionId,
                partition.Leader,
                string.Join(',', partition.Replicas),
                string.Join(',', partition.InSyncReplicas),
                offsets.Low.Value,
                offsets.High.Value);
        }

        context.Output.Write(table);
        return ExitCodes.Done;
    }
}
