using System.CommandLine;
using System.Globalization;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate status</c>: how far a run is, and what should be looked at; needs the database only.</summary>
internal static class MigrateStatus
{
    public static Command Create(CliEnvironment environment)
    {
        var alerts = new Option<int>("--alerts") { Description = "Shows so many of the last alerts instead", HelpName = "N" };
        alerts.MustBeAtLeast(1);
        return new Command("status", "Shows how far a run is, or its last alerts") { MigrateCommand.RunOption(), alerts }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            var figures = new RunFigures(database);
            if (context.Parse.GetValue(alerts) is var count and > 0)
                Write(context, await figures.LastAlertsAsync(run.Id, count, stop));
            else
                MigrateDisplay.Write(context.Output, run, await figures.ProgressAsync(run.Id, stop));
            return ExitCodes.Done;
        });
    }

    private static void Write(CommandContext context, IReadOnlyList<RaisedAlert> alerts)
    {
        var table = new Table("at", "kind", "study", "text");
        foreach (var alert in alerts)
            table.Add(alert.RaisedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), alert.Kind, alert.Study, alert.Text);
        context.Output.Write(table);
    }
}
