using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running;
using MedStreams.Cli.Terminal;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Reset;

/// <summary><c>reset [TOPOLOGY]</c>: lets an application begin anew; shows its plan, and acts with <c>--execute</c> only.</summary>
internal static class ResetCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var topology = TopologyArgument.Create(environment);
        topology.Arity = ArgumentArity.ZeroOrOne;
        var options = new ResetArguments();
        var command = new Command("reset", "Lets an application begin anew: offsets of its inputs, internal topics, local state")
        {
            topology,
            new SettingOption("--application-id", StreamsSettings.ApplicationId) { HelpName = "ID" },
            new SettingOption("--state-dir", StreamsSettings.StateDirectory) { HelpName = "DIR" },
        };
        foreach (var option in options.All)
            command.Add(option);
        return command.Runs(environment, async (context, stop) =>
        {
            using var reset = new ApplicationReset(await OptionsAsync(context, topology, options));
            var plan = await reset.PlanAsync(options.Wait(context.Parse), stop);
            var execute = context.Parse.GetValue(options.Execute);
            if (plan.Members.Count > 0)
            {
                Write(context, plan, willBe: true);
                throw CliException.CheckFailed(
                    $"{plan.ApplicationId} runs: {string.Join(", ", plan.Members.Select(m => $"{m.ClientId} ({m.Host})"))}; stop all its processes first. "
                    + "One that was killed stays a member until its session is over: --wait waits for that");
            }

            if (execute)
                await reset.ExecuteAsync(plan, stop);
            Write(context, plan, willBe: !execute);
            foreach (var sink in plan.Sinks)
                context.Say($"The target of {sink} keeps what it holds and how far it is, and takes nothing before that: see docs/postgresql.md.");
            if (!execute)
                context.Say("Nothing was changed: add --execute to do it.");
            return ExitCodes.Done;
        });
    }

    private static async Task<ResetOptions> OptionsAsync(CommandContext context, Argument<string> argument, ResetArguments options)
    {
        var name = context.Parse.GetValue(argument);
        if (name is null && !context.Settings.Find(StreamsSettings.ApplicationId, out _))
            throw CliException.Usage("name a topology, or an application with --application-id");
        var config = StreamsSettings.ToConfig(
            context.Settings, name ?? "", context.Environment.WorkingDirectory, context.Environment.Clock);
        var known = name is null ? Named(config) : await OfTopologyAsync(context, context.Entry(argument), config);
        return options.Over(context.Parse, known) with { Timeout = context.Settings.Get(KafkaSettings.Timeout) };
    }

    private static ResetOptions Named(StreamsConfig config) => new()
    {
        ApplicationId = config.ApplicationId,
        BootstrapServers = config.BootstrapServers,
        StateDir = config.StateDir,
        Client = config.MainConsumer,
        Clock = config.Clock,
    };

    private static async Task<ResetOptions> OfTopologyAsync(CommandContext context, TopologyEntry entry, StreamsConfig config)
    {
        using var loggers = context.CreateLoggers();
        var runnable = entry.Build(new TopologySetting(context.Settings, loggers, ForDescription: true));
        var options = ResetOptions.For(runnable.Topology, runnable.Configure(config));
        foreach (var resource in runnable.Resources)
            await resource.DisposeAsync();
        return options;
    }

    /// <summary>A row for each thing that changes; the columns are those of all kinds.</summary>
    private static void Write(CommandContext context, ResetPlan plan, bool willBe)
    {
        var table = new Table("kind", "name", "partition", "from", "to", "action");
        foreach (var offset in plan.Offsets)
        {
            table.Add(
                offset.IsIntermediate ? "intermediate" : "input",
                offset.Partition.Topic, offset.Partition.Partition, offset.From, offset.To, Action("set"));
        }

        foreach (var forgotten in plan.ForgottenOffsets)
            table.Add("offset", forgotten.Topic, forgotten.Partition, null, null, Action("deleted"));
        foreach (var topic in plan.DeletedTopics)
            table.Add("topic", topic, null, null, null, Action("deleted"));
        if (plan.StateFolder is { } folder)
            table.Add("state", folder, null, null, null, Action("deleted"));
        context.Output.Write(table);

        string Action(string done) => willBe ? "would be " + done : done;
    }
}
