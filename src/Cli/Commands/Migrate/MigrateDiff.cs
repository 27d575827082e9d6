using System.CommandLine;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate diff</c>: compares old and new PACS, study by study.</summary>
internal static class MigrateDiff
{
    public static Command Create(CliEnvironment environment)
    {
        var level = new Option<VerificationLevel>("--level")
        {
            Description = "record, objects, sizes or digests",
            DefaultValueFactory = _ => VerificationLevel.Objects,
            HelpName = "LEVEL",
        };
        var folder = MigrateCommand.ComparisonOption("Where the comparison is kept: the same command goes on with one that was cut, and 'report' tells of it");
        var format = new Option<string>("--format") { Description = "text, json, csv or html", DefaultValueFactory = _ => "text", HelpName = "FORMAT" };
        format.AcceptOnlyFromAmong("text", "json", "csv", "html");
        return new Command("diff", "Compares old and new PACS: missing, extra and different studies and objects; exit code 3 where there are any")
        {
            MigrateCommand.FromOption(), MigrateCommand.ToOption(), level, folder, format,
        }.Runs(environment, async (context, stop) =>
        {
            await using var pacs = await context.PacsAsync();
            if (pacs.Target.Exams is not { } listed)
                throw CliException.Usage($"the studies of a target of kind {context.Settings.Require(MigrationSettings.Target.Kind)} cannot be listed");
            var meter = new MigrateMeter(context);
            var kept = new KeptComparison(context.FullPath(context.Parse.GetRequiredValue(folder)));
            if (await kept.FindAsync(stop) is { EndedAt: not null })
                kept.Delete(); // that one is through: this is another
            var run = new DifferenceRun(
                new PacsSide(pacs.Source.Exams, pacs.Target.Target.Expected(pacs.Source.Collector, pacs.Source.Fetcher)) { Expected = pacs.Target.Target.Expected },
                new PacsSide(listed, new TargetHoldings(pacs.Target.Target)),
                context.FullPath(context.Parse.GetRequiredValue(folder)),
                Options(context, context.Parse.GetRequiredValue(level)) with { KeepsNames = pacs.Target.Target.IsPrepared })
            {
                Progress = summary => meter.Say($"{summary.Studies} studies compared, {summary.Studies - summary.Equal} differ"),
            };
            var summary = await run.RunAsync(stop);
            await ReportOutput.WriteAsync(
                context, context.Parse.GetRequiredValue(format), ReportDocuments.Of(summary, run.ReadAsync(stop)),
                stream => JsonReport.WriteAsync(summary, run.ReadAsync(stop), stream, stop), stop);
            return summary.IsEmpty ? ExitCodes.Done : ExitCodes.CheckFailed;
        });
    }

    private static DifferenceOptions Options(CommandContext context, VerificationLevel level)
    {
        var settings = context.Settings;
        var hasDays = settings.Find(MigrationSettings.FirstDay, out var first);
        var last = settings.Find(MigrationSettings.LastDay, out var day) ? day : DateOnly.FromDateTime(context.Environment.Clock.GetUtcNow().UtcDateTime);
        return new DifferenceOptions
        {
            Level = level,
            Rules = MigrationSettings.ToMover(settings).Rules,
            Range = hasDays ? ExamWindow.Days(first, last) : null,
            AsksByDays = hasDays,
            StepDays = settings.Get(MigrationSettings.StepDays),
            Clock = context.Environment.Clock,
        };
    }
}
