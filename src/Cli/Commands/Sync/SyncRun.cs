using System.CommandLine;
using MedStreams.Cli.Commands.Run;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Kafka;
using MedStreams.Cli.Running.Synchronisation;
using MedStreams.Sources.Cards;

namespace MedStreams.Cli.Commands.Sync;

/// <summary><c>sync run</c>: runs an instance until it is stopped, with the source of cards that the settings name.</summary>
internal static class SyncRun
{
    public static Command Create(CliEnvironment environment) =>
        new Command("run", "Runs an instance until SIGINT or SIGTERM, topics and source of cards included; the same command on a second machine shares the shards")
        {
            new SettingOption("--application-id", StreamsSettings.ApplicationId) { HelpName = "ID" },
            new SettingOption("--threads", StreamsSettings.Threads) { HelpName = "N" },
            new SettingOption("--state-dir", StreamsSettings.StateDirectory) { HelpName = "DIR" },
        }.Runs(environment, RunAsync);

    private static async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        var feed = new CardFeeding(
            context.Settings,
            context.Environment.WorkingDirectory,
            new KafkaClients(context).Common(),
            SynchronisationSettings.ToOptions(context.Settings).CardTopic,
            StreamsSettings.ToConfig(context.Settings, SynchronisationEntry.Name, context.Environment.WorkingDirectory, context.Environment.Clock).ApplicationId,
            loggers,
            context.Environment.Clock).Create();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var feeding = FeedAsync(feed, running.Task, ending.Token);
        var topology = TopologyRun.RunAsync(context, SynchronisationEntry.Create(), -1, Announce, ending.Token);
        await Task.WhenAny(feeding, topology);
        await ending.CancelAsync();
        var code = await topology;
        await feeding;
        return code;

        void Announce(string id)
        {
            context.Say($"{SynchronisationEntry.Name} is running as {id}");
            running.TrySetResult();
        }
    }

    /// <summary>Feeds as soon as the topics are there, until it is stopped; where others write the cards, only that is waited for.</summary>
    private static async Task FeedAsync(CardFeed? feed, Task running, CancellationToken stop)
    {
        await Task.WhenAny(running, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        if (feed is not null)
            await feed.RunAsync(stop);
        else
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
