using System.CommandLine;
using MedStreams.Cli.Configuration;

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
            new SettingOption("--page", PageSettings.Listen) { HelpName = "HOST:PORT" },
            RunMllpSourceCommand.Create(environment),
        }.Runs(environment, (context, stop) =>
        {
            var entry = context.Entry(topology);
            int? made = context.Parse.GetValue(create) ? context.Parse.GetValue(partitions) ?? -1 : null;
            return TopologyRun.RunAsync(context, entry, made, id => Announce(context, entry.Name, id), stop);
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
