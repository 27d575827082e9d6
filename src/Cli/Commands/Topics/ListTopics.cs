using System.CommandLine;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Topics;

/// <summary><c>topics list</c>.</summary>
internal static class ListTopics
{
    public static Command Create(CliEnvironment environment)
    {
        var all = new Option<bool>("--all") { Description = "Kafka's own topics too, whose names begin with two underscores" };
        return new Command("list", "Lists the topics: name, partitions, replicas") { all }
            .Runs(environment, context => List(context, context.Parse.GetValue(all)));
    }

    private static int List(CommandContext context, bool all)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var table = new Table("topic", "partitions", "replicas");
        foreach (var topic in clients.AllTopics(admin).Topics.OrderBy(t => t.Topic, StringComparer.Ordinal))
        {
            if (all || !topic.Topic.StartsWith("__", StringComparison.Ordinal))
                table.Add(topic.Topic, topic.Partitions.Count, topic.Partitions.Select(p => p.Replicas.Length).DefaultIfEmpty().Max());
        }

        context.Output.Write(table);
        return ExitCodes.Done;
    }
}
