using System.CommandLine;
using Confluent.Kafka;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Commands.Produce;

/// <summary><c>produce TOPIC</c>: writes each line of standard input as a record.</summary>
internal static class ProduceCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var topic = new Argument<string>("TOPIC");
        var separator = new Option<string>("--key-separator")
        {
            Description = "Splits each line into key and value at its first occurrence",
            HelpName = "TEXT",
        };
        var key = new Option<string>("--key") { Description = "The key of every record" };
        var headers = new Option<string[]>("--header")
        {
            Description = "A header of every record; may be repeated",
            HelpName = "NAME=VALUE",
        };
        var ndjson = new Option<bool>("--ndjson")
        {
            Description = "Each line is a JSON object with key, value, headers and timestamp, as consume --json writes it",
        };
        var partition = new Option<int?>("--partition", "-p") { Description = "Writes to this partition (default: by the key)" };
        partition.MustBeAtLeast(0);
        var command = new Command("produce", "Writes each line of standard input to a topic")
        {
            topic, separator, key, headers, ndjson, partition,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ndjson) && (result.GetValue(separator) ?? result.GetValue(key)) is not null)
                result.AddError("--ndjson brings the keys along: leave out --key and --key-separator.");
            if (result.GetValue(separator) is not null && result.GetValue(key) is not null)
                result.AddError("Give --key or --key-separator, not both.");
            if (result.GetValue(separator) is "")
                result.AddError("--key-separator must not be empty.");
        });
        return command.Runs(environment, async (context, stop) =>
        {
            var parse = context.Parse;
            var lines = new LineFormat(parse.GetValue(ndjson), parse.GetValue(separator), parse.GetValue(key), parse.GetValue(headers) ?? []);
            var target = new TopicPartition(parse.GetRequiredValue(topic), parse.GetValue(partition) ?? Partition.Any);
            return await RunAsync(context, target, lines, stop);
        });
    }

    private static async Task<int> RunAsync(CommandContext context, TopicPartition target, LineFormat format, CancellationToken stop)
    {
        var clients = new KafkaClients(context);
        using (var admin = clients.CreateAdmin())
            clients.AllTopics(admin);
        using var producer = clients.CreateProducer(new ProducerConfig
        {
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = 30_000,
        });
        var delivery = new Delivery(producer, target);
        try
        {
            var number = 0L;
            await foreach (var line in InputLines.ReadAsync(context.Environment.Input, stop))
            {
                number++;
                delivery.Send(format.Read(line, number));
            }
        }
        finally
        {
            delivery.Finish();
            Report(context, target.Topic, delivery);
        }

        return delivery.Failed == 0 ? ExitCodes.Done : KafkaFailures.ExitCode(delivery.FirstError!);
    }

    private static void Report(CommandContext context, string topic, Delivery delivery)
    {
        if (delivery.FirstError is { } error)
            context.Say($"medstreams: {delivery.Failed} records were not written: {KafkaFailures.Describe(error)}");
        if (!context.Output.Json)
        {
            context.Say($"{delivery.Written} records written to {topic}");
            return;
        }

        context.Output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("topic", topic);
            json.WriteNumber("produced", delivery.Written);
            json.WriteNumber("failed", delivery.Failed);
            json.WriteEndObject();
        });
    }
}
