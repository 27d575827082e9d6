using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running;
using MedStreams.Cli.Running.Page;

namespace MedStreams.Cli.Commands.Run;

/// <summary>Runs a topology with all that the settings put around it, until a signal stops it.</summary>
internal static class TopologyRun
{
    /// <summary>Runs it.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="entry">The topology.</param>
    /// <param name="partitions">Partitions of missing topics, -1: the brokers' choice; null: topics are not made.</param>
    /// <param name="onRunning">Called with the application id when all tasks take records for the first time.</param>
    /// <param name="stop">Asks for a clean close.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CommandContext context, TopologyEntry entry, int? partitions, Action<string> onRunning, CancellationToken stop)
    {
        using var loggers = context.CreateLoggers();
        var config = StreamsSettings.ToConfig(
            context.Settings, entry.Name, context.Environment.WorkingDirectory, context.Environment.Clock);
        var runnable = entry.Build(new TopologySetting(context.Settings, loggers, ForDescription: false)
        {
            WorkingDirectory = context.Environment.WorkingDirectory,
            Clock = context.Environment.Clock,
        });
        var page = TopologyPage.Of(context, entry.Name, loggers);
        MissingTopics.CheckPartitions(context, runnable); // before anything is made
        if (partitions is { } count)
            await MissingTopics.CreateAsync(context, runnable, count);
        await using var metrics = await MetricsSettings.ServeAsync(context.Settings, loggers);
        using var telemetry = TelemetrySettings.Export(context.Settings, entry.Name);
        var runner = new TopologyRunner(
            entry.Name,
            runnable,
            config,
            loggers,
            context.Settings.Get(StreamsSettings.CloseTimeout),
            StreamsSettings.ToHttpOptions(context.Settings),
            page);
        return await runner.RunAsync(() => onRunning(config.ApplicationId), stop);
    }
}
