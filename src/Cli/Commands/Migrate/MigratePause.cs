using System.CommandLine;
using MedStreams.Sinks.Migration;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate pause</c> and <c>migrate resume</c>: hold a run, or the studies of a department, and let them go again.</summary>
internal static class MigratePause
{
    public static Command Create(CliEnvironment environment, bool isPaused)
    {
        var department = new Option<string?>("--department") { Description = "Only the studies of this list of current tasks", HelpName = "NAME" };
        return new Command(
            isPaused ? "pause" : "resume",
            isPaused
                ? "Holds a run: nothing is asked for, no study begins; those on their way come to their end"
                : "Lets a run that was paused go on")
        {
            MigrateCommand.RunOption(),
            department,
        }.Runs(environment, async (context, stop) =>
        {
            if (context.Parse.GetValue(department) is { } one)
            {
                await context.SayAsync(new MigrationControl(ControlVerb.Pause, context.Now()) { Department = one, IsPaused = isPaused }, stop);
                context.Output.Note($"{one} is {(isPaused ? "paused" : "going on")}");
                return ExitCodes.Done;
            }

            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            await new MigrationRuns(database).SetPausedAsync(run.Id, isPaused, stop);
            await context.SayAsync(new MigrationControl(ControlVerb.Pause, context.Now()) { IsPaused = isPaused }, stop);
            context.Output.Note($"{run.Name} is {(isPaused ? "paused" : "going on")}");
            return ExitCodes.Done;
        });
    }
}
