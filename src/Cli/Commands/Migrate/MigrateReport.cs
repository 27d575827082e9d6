using System.CommandLine;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate report</c>: the proof of a run (S3.12), as text, JSON, CSV or HTML.</summary>
internal static class MigrateReport
{
    private const int MostFailures = 100_000;

    public static Command Create(CliEnvironment environment)
    {
        var format = new Option<string>("--format") { Description = "text, json, csv or html", DefaultValueFactory = _ => "text", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong("text", "json", "csv", "html");
        return new Command("report", "Shows per day, department and in total what was expected, migrated, failed and skipped; exit code 3 where it does not prove the run")
        {
            MigrateCommand.RunOption(), format,
        }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var report = await ReadAsync(context, database, stop);
            await ReportOutput.WriteAsync(
                context, context.Parse.GetRequiredValue(format), ReportDocuments.Of(report), stream => JsonReport.WriteAsync(report, stream, stop), stop);
            return report.IsProven ? ExitCodes.Done : ExitCodes.CheckFailed;
        });
    }

    private static async Task<RunReport> ReadAsync(CommandContext context, MigrationDatabase database, CancellationToken stop)
    {
        var run = await context.RunAsync(database, stop);
        var figures = new RunFigures(database);
        var progress = await figures.ProgressAsync(run.Id, stop);
        return new RunReport(
            new ReportedRun
            {
                Name = run.Name,
                Source = run.Options.Source,
                Target = run.Options.Target,
                FirstDay = run.Options.FirstDay,
                LastDay = run.Options.LastDay,
                Level = context.Settings.Get(MigrationSettings.Verify),
                StartedAt = run.CreatedAt,
                ReportedAt = context.Environment.Clock.GetUtcNow(),
                IsEnumerated = progress.WindowsOpen == 0,
            },
            await figures.CellsAsync(run.Id, stop),
            await figures.FailuresAsync(run.Id, MostFailures, stop),
            [],
            await figures.AlarmsAsync(run.Id, stop));
    }
}
