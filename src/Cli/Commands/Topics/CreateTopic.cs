using System.CommandLine;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Kafka;

namespace MedStreams.Cli.Commands.Topics;

/// <summary><c>topics create</c>.</summary>
internal static class CreateTopic
{
    private const int BrokersDefault = -1;

    public static Command Create(CliEnvironment environment)
    {
        var names = new Argument<string[]>("TOPIC") { Arity = ArgumentArity.OneOrMore };
        var partitions = new Option<int>("--partitions", "-p")
        {
            Description = "How many partitions (default: the broker's)",
            DefaultValueFactory = _ => BrokersDefault,
        };
        var replicas = new Option<short>("--replicas", "-r")
        {
            Description = "How many replicas (default: the broker's)",
            DefaultValueFactory = _ => BrokersDefault,
        };
        var config = new Option<string[]>("--config", "-c")
        {
            Description = "A setting of the topic, such as retention.ms=3600000; may be repeated",
            HelpName = "NAME=VALUE",
        };
        var ifMissing = new Option<bool>("--if-missing") { Description = "A topic that is there already is no error" };
        partitions.MustBeAtLeast(1);
        replicas.MustBeAtLeast(1);
        return new Command("create", "Creates topics") { names, partitions, replicas, config, ifMissing }
            .Runs(environment, (context, _) => RunAsync(
                context,
                [.. context.Parse.GetRequiredValue(names).Select(name => new TopicSpecification
                {
                    Name = name,
                    NumPartitions = context.Parse.GetValue(partitions),
                    ReplicationFactor = context.Parse.GetValue(replicas),
                    Configs = Pairs(context.Parse.GetValue(config) ?? []),
                })],
                context.Parse.GetValue(ifMissing)));
    }

    private static async Task<int> RunAsync(CommandContext context, IReadOnlyList<TopicSpecification> topics, bool ifMissing)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        clients.AllTopics(admin);
        IReadOnlyList<CreateTopicReport> reports = [];
        try
        {
            await admin.CreateTopicsAsync(topics, new CreateTopicsOptions { RequestTimeout = clients.Timeout, OperationTimeout = clients.Timeout });
        }
        catch (CreateTopicsException e)
        {
            reports = e.Results;
        }

        var exitCode = ExitCodes.Done;
        foreach (var topic in topics)
        {
            var error = reports.FirstOrDefault(r => r.Topic == topic.Name)?.Error ?? new Error(ErrorCode.NoError);
            var was = ifMissing && error.Code == ErrorCode.TopicAlreadyExists;
            if (error.IsError && !was)
            {
                context.Say($"medstreams: {topic.Name}: {error.Reason} ({error.Code})");
                exitCode = ExitCodes.Failed;
            }
            else
            {
                context.Say($"{topic.Name}: {(was ? "is there already" : "created")}");
            }
        }

        return exitCode;
    }

    private static Dictionary<string, string> Pairs(string[] texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw CliException.Usage($"--config {text}: allowed is NAME=VALUE, for example retention.ms=3600000");
            pairs[text[..at]] = text[(at + 1)..];
        }

        return pairs;
    }
}
