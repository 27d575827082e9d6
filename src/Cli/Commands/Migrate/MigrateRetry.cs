using System.CommandLine;
using MedStreams.Sinks.Migration;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate retry</c>: what has failed is pending again, and what waits for its next try has it now.</summary>
internal static class MigrateRetry
{
    public static Command Create(CliEnvironment environment)
    {
        var department = new Option<string?>("--department") { Description = "Only studies of this department", HelpName = "NAME" };
        var study = new Option<string?>("--study") { Description = "Only this study", HelpName = "UID" };
        var lost = new Option<bool>("--lost")
        {
            Description = "Also studies that are in the queue or on their way, where the queue was lost with its topics; only while no process of the migration runs",
        };
        return new Command("retry", "Turns failed studies back into pending, and gives those that wait for their next try that try now")
        {
            MigrateCommand.RunOption(), department, study, lost,
        }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            var runs = new MigrationRuns(database);
            var (one, uid) = (context.Parse.GetValue(department), context.Parse.GetValue(study));
            var count = await runs.RetryAsync(run.Id, one, uid, stop);
            if (context.Parse.GetValue(lost))
                count += await runs.ReleaseAsync(run.Id, stop);
            else if (uid is null)
                await context.SayAsync(new MigrationControl(ControlVerb.Retry, context.Now()) { Department = one }, stop);
            if (context.Output.Json)
            {
                context.Output.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("pending", count);
                    json.WriteEndObject();
                });
            }
            else
            {
                context.Output.WriteText($"{count}\n");
                context.Say($"studies of {run.Name} that are pending again: {count}");
            }

            return ExitCodes.Done;
        });
    }
}
