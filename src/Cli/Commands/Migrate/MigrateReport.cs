using System.CommandLine;
using MedStreams.Cli.Running.Migration.Settings;
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
        return new Command("report", "Shows per day, department and in total what was expected, migrated, failed and skipped; exit code 3 where it does not prove the run")
        {
            MigrateCommand.RunOption(), format,
        }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            var report = (await new RunReader(database).ReportAsync(run.Name, context.Settings.Get(MigrationSettings.Verify), [], stop))!;
            await ReportOutput.WriteAsync(
                context, context.Parse.GetRequiredValue(format), ReportDocuments.Of(report), stream => JsonReport.WriteAsync(report, stream, stop), stop);
            return report.IsProven ? ExitCodes.Done : ExitCodes.CheckFailed;
        });
    }
}
