using System.CommandLine;

namespace MedStreams.Cli.Commands.Sync;

/// <summary><c>sync</c>: keeps enterprise cards in step with operators.</summary>
internal static class SyncCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("sync", "Keeps enterprise cards in step with operators' APIs, each card once for each validity date")
        {
            SyncRun.Create(environment),
            SyncStatus.Create(environment),
            SyncPause.Create(environment, isPaused: true),
            SyncPause.Create(environment, isPaused: false),
        };
}
