using System.CommandLine;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate report</c>: the proof of a run (S3.12), as text, JSON, CSV or HTML.</summary>
internal static class MigrateReport
{
    public static Command Create(CliEnvironment environment)
    {
        var format = new Option<string>("--format") { Description = "text, json, csv or html", DefaultValueFactory = _ => "text", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong("text", "json", "csv", "html");
        var folder = MigrateCommand.ComparisonOption("Where 'diff' has kept its comparison of both PACS: its differences are part of the report");
        return new Command("report", "Shows per day, department and in total what was expected, migrated, failed and skipped, and what differs; exit code 3 where it does not prove the run")
        {
            MigrateCommand.RunOption(), format, folder,
        }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            var comparison = await ComparisonAsync(context, run, context.FullPath(context.Parse.GetRequiredValue(folder)), stop);
            var report = (await new RunReader(database).ReportAsync(run.Name, context.Settings.Get(MigrationSettings.Verify), comparison, stop))!;
            await ReportOutput.WriteAsync(
                context, context.Parse.GetRequiredValue(format), ReportDocuments.Of(report), stream => JsonReport.WriteAsync(report, stream, stop), stop);
            return report.IsProven ? ExitCodes.Done : ExitCodes.CheckFailed;
        });
    }

    /// <summary>The comparison that was kept, where it is one of the run's two PACS and was begun after the run.</summary>
    private static async Task<Comparison?> ComparisonAsync(CommandContext context, MigrationRun run, string folder, CancellationToken stop)
    {
        var kept = new KeptComparison(folder);
        if (await kept.FindAsync(stop) is not { } summary)
            return null;
        if (summary.First == run.Options.Source && summary.Second == run.Options.Target && summary.StartedAt >= run.StartedAt)
            return new Comparison(summary, await kept.ReadAsync(stop).ToListAsync(stop));
        context.Say($"the comparison in {folder} is of other PACS, or from before the run was started last: it is left out");
        return null;
    }
}
