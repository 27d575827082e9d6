using System.CommandLine;
using MedStreams.Cli.Demo;

namespace MedStreams.Cli.Commands.Demo;

/// <summary><c>demo</c>: the whole job on this machine, checked, with nothing left behind.</summary>
internal static class DemoCommand
{
    private const long DefaultRecords = 60_000;
    private const double DefaultPace = 5_000;

    private static readonly Option<long> Records = new("--records")
    {
        Description = "Made-up records to send, besides the real ones",
        DefaultValueFactory = _ => DefaultRecords,
    };

    private static readonly Option<double> Pace = new("--rate")
    {
        Description = "Records a second to send",
        DefaultValueFactory = _ => DefaultPace,
    };

    private static readonly Option<DirectoryInfo> Keep = new("--keep")
    {
        Description = "Folder for broker data, state and logs, which then stays (default: a temporary one)",
        HelpName = "DIR",
    };

    public static Command Create(CliEnvironment environment) =>
        new Command("demo", "Runs the whole job on this machine: logs in, increments out, a kill in the middle, every count checked")
        {
            Records,
            Pace,
            Keep,
        }.Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var records = context.Parse.GetValue(Records);
        var pace = context.Parse.GetValue(Pace);
        if (records is < 1 or > 50_000_000)
            throw CliException.Usage($"--records {records}: allowed are 1 to 50000000");
        if (pace is not (>= 1 and <= 10_000_000))
            throw CliException.Usage($"--rate {pace}: allowed are 1 to 10000000");
        var kept = context.Parse.GetValue(Keep);
        var folder = kept?.FullName ?? Directory.CreateTempSubdirectory("medstreams-demo-").FullName;
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw CliException.Usage($"--keep {folder}: the folder is not empty");
        try
        {
            var display = Display(context);
            var run = new DemoRun(new DemoPlan(folder, records, pace, Seed: 20260105), context.Environment, display);
            var outcome = await display.RunAsync(() => run.RunAsync(stop));
            Report(context, outcome);
            return outcome.Ok ? ExitCodes.Done : ExitCodes.CheckFailed;
        }
        finally
        {
            if (kept is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static IDemoDisplay Display(CommandContext context) =>
        context.Output.IsForPeople && !Console.IsErrorRedirected
            ? new LiveDisplay(context.Environment.Error, context.Output.Color, context.Environment.Clock)
            : new PlainDisplay(context.Environment.Error, context.Environment.Clock);

    private static void Report(CommandContext context, DemoOutcome outcome)
    {
        if (context.Output.Json)
            context.Output.WriteJson(outcome.Write);
        else
            context.Output.WriteText(string.Concat(outcome.ToLines().Select(line => line + "\n")));
    }
}
