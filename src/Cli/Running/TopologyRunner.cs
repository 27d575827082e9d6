using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring;
using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running;

/// <summary>Runs a topology from start to a clean close, however long that takes within the limit.</summary>
internal sealed class TopologyRunner(
    string name,
    RunnableTopology runnable,
    StreamsConfig config,
    ILoggerFactory loggers,
    TimeSpan closeTimeout,
    InstanceServerOptions? http = null,
    Func<KafkaStreams, RunnableTopology, StreamsConfig, Task<RunningPage>>? page = null)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private readonly ILogger _logger = loggers.CreateLogger<TopologyRunner>();

    /// <summary>Runs until the token is cancelled or the topology ends by itself.</summary>
    /// <param name="onRunning">Called once, when all tasks take records for the first time.</param>
    /// <param name="stop">Asks for a clean close.</param>
    /// <returns>The exit code: done where it closed within the limit.</returns>
    public async Task<int> RunAsync(Action onRunning, CancellationToken stop)
    {
        try
        {
            var streams = Make();
            await using var server = await ServeAsync(streams);
            await using var shown = await ShowAsync(streams);
            try
            {
                await streams.StartAsync(stop);
            }
            catch
            {
                await streams.DisposeAsync();
                throw;
            }

            await WatchAsync(streams, onRunning, stop);
            return await CloseAsync(streams);
        }
        finally
        {
            foreach (var resource in runnable.Resources)
                await resource.DisposeAsync();
        }
    }

    private async Task<IAsyncDisposable?> ServeAsync(KafkaStreams streams)
    {
        if (http is null)
            return null;
        try
        {
            return await InstanceServer.StartAsync(streams, config.ApplicationServer, http, loggers);
        }
        catch (IOException e)
        {
            await streams.DisposeAsync();
            throw CliException.Usage($"HTTP cannot be listened for at {http.Listen}: {e.Message}");
        }
    }

    private async Task<RunningPage?> ShowAsync(KafkaStreams streams)
    {
        if (page is null)
            return null;
        try
        {
            return await page(streams, runnable, runnable.Configure(config));
        }
        catch
        {
            await streams.DisposeAsync();
            throw;
        }
    }

    private KafkaStreams Make()
    {
        try
        {
            return new KafkaStreams(runnable.Topology, runnable.Configure(config), loggers);
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage(e.Message);
        }
    }

    private async Task WatchAsync(KafkaStreams streams, Action onRunning, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        var announced = false;
        var last = streams.State;
        var watch = new StandstillWatch(name, _logger, config.Clock);
        while (!stopped.Task.IsCompleted && !streams.Completion.IsCompleted)
        {
            if (streams.State is var state && state != last)
            {
                RunnerLog.StateChanged(_logger, name, last, state);
                last = state;
            }

            watch.Look(streams.Health());
            if (state == KafkaStreamsState.Running && !announced)
            {
                announced = true;
                onRunning();
            }

            await Task.WhenAny(stopped.Task, streams.Completion, Task.Delay(LookInterval, config.Clock, CancellationToken.None));
        }
    }

    private async Task<int> CloseAsync(KafkaStreams streams)
    {
        if (streams.Completion.IsFaulted)
            await streams.Completion;
        RunnerLog.Closing(_logger, name, closeTimeout);
        if (!await streams.CloseAsync(closeTimeout))
        {
            throw CliException.Failed(
                $"{name} did not close within {closeTimeout}: what was not committed is done again after the next start");
        }

        await streams.Completion;
        RunnerLog.Closed(_logger, name);
        return ExitCodes.Done;
    }
}
