using System.CommandLine;
using System.Globalization;
using MedStreams.Cli.Running.Migration;
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
        var departments = new Option<bool>("--departments") { Description = "Shows a line for each department instead" };
        var study = new Option<string?>("--study") { Description = "Shows the attempts of a study instead", HelpName = "UID" };
        return new Command("status", "Shows how far a run is, its last alerts, or what was tried with a study")
        {
            MigrateCommand.RunOption(), departments, alerts, study,
        }.Runs(environment, async (context, stop) =>
        {
            await using var database = await context.OpenAsync(stop);
            var run = await context.RunAsync(database, stop);
            var reader = new RunReader(database);
            var status = (await reader.StatusAsync(run.Name, MigrationRunner.RateOver, stop))!;
            if (context.Parse.GetValue(study) is { } uid)
                Write(context, await reader.AttemptsAsync(run.Name, uid, stop) ?? []);
            else if (context.Parse.GetValue(alerts) is var count and > 0)
                Write(context, await LastAsync(reader, run.Name, count, stop));
            else if (context.Parse.GetValue(departments))
                MigrateDisplay.WriteDepartments(context.Output, status);
            else
                MigrateDisplay.Write(context.Output, status);
            return ExitCodes.Done;
        });
    }

    private static async Task<IReadOnlyList<RunAlert>> LastAsync(RunReader reader, string run, int count, CancellationToken stop)
    {
        const int Page = 1000;
        var last = new Queue<RunAlert>();
        for (var after = 0L; ;)
        {
            var page = await reader.AlertsAsync(run, after, Page, stop) ?? [];
            foreach (var alert in page)
            {
                last.Enqueue(alert);
                if (last.Count > count)
                    last.Dequeue();
            }

            if (page.Count < Page)
                return [.. last];
            after = page[^1].Id;
        }
    }

    private static void Write(CommandContext context, IReadOnlyList<RunAlert> alerts)
    {
        var table = new Table("at", "kind", "study", "text");
        foreach (var alert in alerts)
            table.Add(Time(alert.At), alert.Kind, alert.Study, alert.Text);
        context.Output.Write(table);
    }

    private static void Write(CommandContext context, IReadOnlyList<StudyAttempt> attempts)
    {
        var table = new Table("attempt", "startedAt", "endedAt", "outcome", "failure", "reason");
        foreach (var attempt in attempts)
            table.Add(attempt.Attempt, Time(attempt.StartedAt), attempt.EndedAt is { } ended ? Time(ended) : null, attempt.Outcome, attempt.Failure, attempt.Reason);
        context.Output.Write(table);
    }

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
