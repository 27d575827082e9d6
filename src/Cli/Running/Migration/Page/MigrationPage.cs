using MedStreams.Monitoring.Page;
using MedStreams.Sinks.Migration;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Page;

/// <summary>Migrations on the page: how far they are, and an operator's words to them.</summary>
internal static class MigrationPage
{
    /// <summary>Shows the runs of a database.</summary>
    /// <param name="database">The database; it is somebody else's to close.</param>
    /// <param name="say">Says a word to all processes of the migration.</param>
    /// <param name="clock">Tells the present.</param>
    public static PageContent Of(MigrationDatabase database, Func<MigrationControl, CancellationToken, Task> say, TimeProvider clock)
    {
        var runs = new MigrationRuns(database);
        return new PageContent
        {
            Parts = [new MigrationPart(database, clock)],
            Actions =
            [
                new MigrationAction("pause", runs, (run, stop) => PauseAsync(run, true, stop)),
                new MigrationAction("resume", runs, (run, stop) => PauseAsync(run, false, stop)),
                new MigrationAction("retry", runs, RetryAsync),
            ],
            Reports = [new MigrationTable(database)],
        };

        async Task<object> PauseAsync(MigrationRun run, bool isPaused, CancellationToken stop)
        {
            await runs.SetPausedAsync(run.Id, isPaused, stop);
            await say(new MigrationControl(ControlVerb.Pause, Now()) { IsPaused = isPaused }, stop);
            return new { Run = run.Name, State = isPaused ? "paused" : "open" };
        }

        async Task<object> RetryAsync(MigrationRun run, CancellationToken stop)
        {
            var count = await runs.RetryAsync(run.Id, null, null, stop);
            await say(new MigrationControl(ControlVerb.Retry, Now()), stop);
            return new { Run = run.Name, Retried = count };
        }

        long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
