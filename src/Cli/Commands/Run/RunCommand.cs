using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running;

namespace MedStreams.Cli.Commands.Run;

/// <summary><c>run TOPOLOGY</c>: runs a topology until a signal stops it, then commits and leaves.</summary>
internal static class RunCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var topology = TopologyArgument.Create(environment);
        var create = new Option<bool>("--create-topics") { Description = "Makes the topology's topics that are missing" };
        var partitions = new Option<int?>("--partitions")
        {
            Description = "Partitions of the topics that --create-topics makes (default: the broker's)",
        };
        partitions.MustBeAtLeast(1);
        return new Command("run", "Runs a topology until SIGINT or SIGTERM, then commits and leaves; several processes share the work")
        {
            topology,
            create,
            partitions,
            new SettingOption("--application-id", StreamsSettings.ApplicationId) { HelpName = "ID" },
            new SettingOption("--threads", StreamsSettings.Threads) { HelpName = "N" },
            new SettingOption("--state-dir", StreamsSettings.StateDirectory) { HelpName = "DIR" },
            new SettingOption("--application-server", StreamsSettings.ApplicationServer) { HelpName = "HOST:PORT" },
            new SettingOption("--guarantee", StreamsSettings.Guarantee) { HelpName = "GUARANTEE" },
            RunMllpSourceCommand.Create(environment),
        }.Runs(environment, async (context, stop) =>
        {
            var entry = context.Entry(topology);
            using var loggers = context.CreateLoggers();
            var config = StreamsSettings.ToConfig(
                context.Settings, entry.Name, context.Environment.WorkingDirectory, context.Environment.Clock);
            var runnable = entry.Build(new TopologySetting(context.Settings, loggers, ForDescription: false));
            MissingTopics.CheckPartitions(context, runnable); // before anything is made
            if (context.Parse.GetValue(create))
                await MissingTopics.CreateAsync(context, runnable, context.Parse.GetValue(partitions) ?? -1);
            await using var metrics = await MetricsSettings.ServeAsync(context.Settings, loggers);
            using var telemetry = TelemetrySettings.Export(context.Settings, entry.Name);
            var runner = new TopologyRunner(
                entry.Name,
                runnable,
                config,
                loggers,
                context.Settings.Get(StreamsSettings.CloseTimeout),
                StreamsSettings.ToHttpOptions(context.Settings));
            return await runner.RunAsync(() => Announce(context, entry.Name, config.ApplicationId), stop);
        });
    }

    private static void Announce(CommandContext context, string topology, string applicationId)
    {
        if (!context.Output.Json)
        {
            context.Output.WriteText($"{topology} is running as {applicationId}\n");
            return;
        }

        context.Output.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("topology", topology);
            json.WriteString("applicationId", applicationId);
            json.WriteString("state", "running");
            json.WriteEndObject();
        });
    }
}
