using System.CommandLine;
using System.Net.Sockets;
using Confluent.Kafka;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Running;
using MedStreams.Cli.Running.Mllp;
using MedStreams.Sources.Mllp;

namespace MedStreams.Cli.Commands.Run;

/// <summary><c>run mllp-source</c>: takes HL7 messages over MLLP into a topic until a signal stops it.</summary>
internal static class RunMllpSourceCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var create = new Option<bool>("--create-topics") { Description = "Makes the two topics if they are missing" };
        var partitions = new Option<int?>("--partitions") { Description = "Partitions of the topics that --create-topics makes (default: the broker's)" };
        partitions.MustBeAtLeast(1);
        return new Command("mllp-source", "Takes HL7 messages over MLLP into a topic, each once, acknowledged when it is committed")
        {
            create,
            partitions,
            new SettingOption("--listen", MllpSettings.Listen) { HelpName = "HOST:PORT" },
            new SettingOption("--instance-id", MllpSettings.InstanceId) { HelpName = "NAME" },
        }.Runs(environment, async (context, stop) =>
        {
            using var loggers = context.CreateLoggers();
            var options = MllpSettings.ToOptions(context.Settings, context.Environment.WorkingDirectory, context.Environment.Clock);
            if (context.Parse.GetValue(create))
                await MissingTopics.CreateAsync(context, [options.Topic, options.DeadLetterTopic], context.Parse.GetValue(partitions) ?? -1);
            await using var metrics = await MetricsSettings.ServeAsync(context.Settings, loggers);
            using var telemetry = TelemetrySettings.Export(context.Settings, "mllp-source");
            await using var source = await StartAsync(context, options, loggers, stop);
            Announce(context, source, options);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = stop.Register(() => stopped.TrySetResult());
            if (await Task.WhenAny(stopped.Task, source.Completion) == stopped.Task)
                return ExitCodes.Done;
            throw CliException.Failed(
                $"the source can write no more: {source.Completion.Exception?.GetBaseException().Message}; start it again (senders repeat what was not acknowledged)");
        });
    }

    private static async Task<MllpSource> StartAsync(
        CommandContext context, MllpSourceOptions options, Microsoft.Extensions.Logging.ILoggerFactory loggers, CancellationToken stop)
    {
        try
        {
            return await MllpSource.StartAsync(options, loggers, stop);
        }
        catch (SocketException e)
        {
            throw CliException.Failed($"cannot listen at {options.Server.EndPoint}: {e.SocketErrorCode}");
        }
        catch (KafkaException e) when (KafkaFailures.IsUnreachable(e.Error.Code))
        {
            throw KafkaFailures.Unreachable(context.Settings.Get(KafkaSettings.BootstrapServers), options.StartTimeout, e);
        }
    }

    private static void Announce(CommandContext context, MllpSource source, MllpSourceOptions options)
    {
        if (!context.Output.Json)
        {
            context.Output.WriteText($"mllp-source listens at {source.EndPoint} and writes to {options.Topic}\n");
            return;
        }

        context.Output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("source", "mllp-source");
            json.WriteString("listen", source.EndPoint.ToString());
            json.WriteString("topic", options.Topic);
            json.WriteString("state", "running");
            json.WriteEndObject();
        });
    }
}
