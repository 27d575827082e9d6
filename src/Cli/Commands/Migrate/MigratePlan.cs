using System.CommandLine;
using MedStreams.Cli.Running.Migration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Cli.Terminal;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate plan</c>: asks the old PACS what is to be moved, and writes nothing.</summary>
internal static class MigratePlan
{
    public static Command Create(CliEnvironment environment)
    {
        var inspect = new Option<bool>("--inspect")
        {
            Description = "Also looks at every study's objects, and reports broken UIDs, instances in several studies, studies of several patients, doubles and what cannot be moved",
        };
        return new Command("plan", "Shows what a start would move: asks the old PACS for all examinations, and changes nothing")
        {
            MigrateCommand.RunOption(),
            MigrateCommand.FromOption(),
            MigrateCommand.ToOption(),
            inspect,
        }.Runs(environment, async (context, stop) =>
        {
            await using var pacs = await context.PacsAsync();
            var options = context.RunOptions(pacs, known: null);
            var survey = new SourceSurvey(pacs.Source.Exams, options);
            var meter = new MigrateMeter(context);
            await survey.RunAsync(() => meter.Say($"{survey.Studies} studies in {survey.Windows} steps so far"), stop);
            var table = new Table("department", "year", "studies", "instances");
            foreach (var ((department, year), (studies, instances)) in survey.Groups)
                table.Add(department, year, studies, instances);
            context.Output.Write(table);
            foreach (var line in survey.Words())
                context.Say(line);
            if (context.Parse.GetValue(inspect))
                await InspectAsync(context, pacs, stop);
            return survey.Alarms.Count == 0
                ? ExitCodes.Done
                : throw CliException.CheckFailed("the old PACS may have kept examinations back: see above");
        });
    }

    private static async Task InspectAsync(CommandContext context, PacsParts pacs, CancellationToken stop)
    {
        var folder = Path.GetFullPath(context.Settings.Get(MigrationSettings.SpoolDirectory), context.Environment.WorkingDirectory);
        var inspection = await new SourceInspector(pacs.Source.Exams, pacs.Source.Collector, new InspectionOptions { WorkFolder = folder }).RunAsync(stop);
        await ReportOutput.WriteAsync(context, "text", inspection.ToDocument(), stream => inspection.WriteJsonAsync(stream, stop), stop);
    }
}
