using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Running;
using MedStreams.Cli.Running.Migration;
using MedStreams.Cli.Running.Migration.Moving;
using MedStreams.Cli.Running.Migration.Page;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Cli.Running.Page;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate start</c>: runs a migration to its end, or shares the work of one that runs.</summary>
internal static class MigrateStart
{
    public static Command Create(CliEnvironment environment)
    {
        var again = new Option<bool>("--again") { Description = "Asks the source for all days again, for what has come since" };
        var join = new Option<bool>("--join") { Description = "Only shares the work of a run that was started: what failed stays failed, a pause stays" };
        return new Command("start", "Runs a migration until nothing is left to do; the same command on a second machine shares the work")
        {
            MigrateCommand.RunOption(),
            MigrateCommand.FromOption(),
            MigrateCommand.ToOption(),
            again,
            join,
            new SettingOption("--threads", StreamsSettings.Threads) { HelpName = "N" },
            new SettingOption("--state-dir", StreamsSettings.StateDirectory) { HelpName = "DIR" },
            new SettingOption("--page", PageSettings.Listen) { HelpName = "HOST:PORT" },
        }.Runs(environment, (context, stop) => RunAsync(context, context.Parse.GetValue(again), context.Parse.GetValue(join), stop));
    }

    private static async Task<int> RunAsync(CommandContext context, bool again, bool join, CancellationToken stop)
    {
        await using var pacs = await context.PacsAsync();
        using var loggers = context.CreateLoggers();
        await using var database = await context.OpenAsync(stop);
        var run = join ? await context.RunAsync(database, stop) : await StartAsync(context, database, pacs, again, stop);
        await CreateTopicsAsync(context, database, pacs);
        if (!join)
            await context.SayAsync(new MigrationControl(ControlVerb.Pause, context.Now()) { IsPaused = false }, stop); // as the run's own word
        var config = StreamsSettings.ToConfig(
            context.Settings, MigrationEntry.Name, context.Environment.WorkingDirectory, context.Environment.Clock);
        var setting = new MigrationSetting(context.Settings, config, new KafkaClients(context).Common(), loggers)
        {
            Http = StreamsSettings.ToHttpOptions(context.Settings),
            Page = TopologyPage.Of(context, MigrationEntry.Name, loggers, MigrationPage.Of(database, context.SayAsync, context.Environment.Clock)),
        };
        var display = new MigrateDisplay(context);
        context.Say($"run {run.Name}: {run.Options.Source} to {run.Options.Target}, {run.Options.FirstDay:yyyy-MM-dd} to {run.Options.LastDay:yyyy-MM-dd}");
        if (await new MigrationRunner(setting, database, run, pacs).RunAsync(display.Show, stop) is not { } status)
            return ExitCodes.Done;
        MigrateDisplay.Write(context.Output, status);
        if (!status.IsFinished)
            return ExitCodes.Done; // a signal ended it; the next start goes on
        return status.Studies.Failed == 0
            ? ExitCodes.Done
            : throw CliException.CheckFailed($"{status.Studies.Failed} studies failed: 'medstreams migrate report' says why, 'medstreams migrate retry' tries them again");
    }

    private static async Task<MigrationRun> StartAsync(CommandContext context, MigrationDatabase database, PacsParts pacs, bool again, CancellationToken stop)
    {
        var runs = new MigrationRuns(database);
        var known = await runs.FindAsync(context.Settings.Get(MigrationSettings.Run), stop);
        try
        {
            return await runs.StartAsync(context.RunOptions(pacs, known), again, stop);
        }
        catch (StreamsException e) when (e is not Streams.SinkUnavailableException)
        {
            throw CliException.Usage($"{e.Message} (--run NAME)");
        }
    }

    private static async Task CreateTopicsAsync(CommandContext context, MigrationDatabase database, PacsParts pacs)
    {
        await using var mover = new StudyMover(
            pacs.Source.Collector, pacs.Source.Fetcher, pacs.Target.Target, new StudyLedger(database), new MoverOptions(), context.Environment.Clock);
        var topology = MigrationRunner.Topology(context.Settings, mover, database);
        MissingTopics.CheckPartitions(context, topology);
        await MissingTopics.CreateAsync(context, topology, -1);
    }
}
