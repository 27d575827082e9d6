using MedStreams.Broker.Api;
using MedStreams.Broker.Coordination;
using MedStreams.Broker.Metrics;
using MedStreams.Broker.Security;
using MedStreams.Broker.Server;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker;

/// <summary>The parts of a broker that runs, in the order in which they are made; they are ended in the reverse order.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    /// <summary>How often logs whose disk failed are tried again.</summary>
    private static readonly TimeSpan RepairInterval = TimeSpan.FromSeconds(1);

    /// <summary>How many logs are opened or closed at a time.</summary>
    private const int LogsAtOnce = 16;

    private readonly ILogFlusher _flusher;
    private readonly CancellationTokenSource _stopping = new();
    private Task _maintaining = Task.CompletedTask;

    private RunningBroker(ILogFlusher flusher, BrokerContext context, ApiDispatcher dispatcher, BrokerServer server)
    {
        Dispatcher = dispatcher;
        _flusher = flusher;
        Context = context;
        Server = server;
    }

    /// <summary>What the handlers share.</summary>
    public BrokerContext Context { get; }

    /// <summary>What handles requests.</summary>
    public ApiDispatcher Dispatcher { get; }

    /// <summary>The listeners.</summary>
    public BrokerServer Server { get; }

    /// <summary>Opens the data directory and begins to serve.</summary>
    public static async Task<RunningBroker> StartAsync(
        BrokerOptions options, IFileSystem files, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        files = new FileHandleCache(files, OpenFileLimit.ForLogs());
        var metrics = new BrokerMetrics();
        var flusher = FlusherOf(options.Flush, files, clock, metrics);
        LogManager? logs = null;
        Coordinators? coordinators = null;
        try
        {
            logs = LogManager.Open(options.DataDirectory, new(files, flusher, clock, logger) { AtOnce = LogsAtOnce }, options.TopicDefaults, options.ToKafka());
            if (!logs.WasClean)
                ServerLogs.WasUnclean(logger, options.DataDirectory);
            coordinators = new Coordinators(logs, CoordinatorSettings.From(options), clock, logger);
            await coordinators.LoadAsync();
            var context = new BrokerContext(options, logs, clock, logger)
            {
                Metrics = metrics,
                Security = await BrokerSecurity.OpenAsync(options, files, metrics, clock, logger),
                Coordinators = coordinators,
                Transactions = new TransactionApi(coordinators.Transactions),
            };
            cancellationToken.ThrowIfCancellationRequested();
            var dispatcher = new ApiDispatcher(ApiHandlers.Create(context), metrics, clock);
            var server = BrokerServer.Start(context, dispatcher);
            metrics.Observe(new BrokerGauges(logs, coordinators, server, dispatcher));
            var running = new RunningBroker(flusher, context, dispatcher, server);
            var configs = logs.Configs;
            var cleaner = new LogCleaner(logs, () => CleanerSettings.From(configs), metrics, clock, logger);
            running._maintaining = Task.WhenAll(
                running.RepeatAsync(() => options.MaintenanceInterval, running.MaintainAsync),
                running.RepeatAsync(() => RepairInterval, running.RepairAsync),
                running.RepeatAsync(() => options.RetentionCheckInterval, logs.ApplyRetentionAsync),
                running.RepeatAsync(
                    () => TimeSpan.FromMilliseconds(configs.Number(BrokerConfigTable.CleanerBackoffMs)),
                    () => cleaner.RunAsync(running._stopping.Token)));
            return running;
        }
        catch
        {
            coordinators?.Dispose();
            if (logs is not null)
                await logs.DisposeAsync();
            flusher.Dispose();
            metrics.Dispose();
            throw;
        }
    }

    /// <summary>Ends connections first, so that nothing is acknowledged any more, then closes the logs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Server.DisposeAsync();
        await _maintaining;
        Context.Coordinators?.Dispose();
        await Context.Logs.DisposeAsync();
        _flusher.Dispose();
        Context.Metrics.Dispose();
        _stopping.Dispose();
    }

    private static ILogFlusher FlusherOf(FlushPolicy policy, IFileSystem files, TimeProvider clock, BrokerMetrics metrics) => policy switch
    {
        FlushPolicy.GroupedFlushPolicy grouped => new GroupedFlusher(files, clock, grouped.Window, metrics.Flushed),
        _ => new OperatingSystemFlusher(files),
    };

    private Task RepairAsync()
    {
        Context.Logs.RepairFailed();
        return Task.CompletedTask;
    }

    private async Task MaintainAsync()
    {
        await Context.Logs.CheckpointAsync(Context.Options.CheckpointBytes);
        Context.Logs.DeleteRemovedFiles();
        if (Context.Options.Flush is FlushPolicy.OperatingSystemFlushPolicy)
            Context.Logs.SyncOverdue();
        Context.Logs.ExpireProducers(TimeSpan.FromMilliseconds(Context.Logs.Configs.Number(BrokerConfigTable.ProducerIdExpirationMs)));
    }

    /// <summary>Does something again and again until the broker stops.</summary>
    private async Task RepeatAsync(Func<TimeSpan> interval, Func<Task> work)
    {
        while (true)
        {
            try
            {
                await Task.Delay(interval(), Context.Clock, _stopping.Token);
                await work();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException exception)
            {
                ServerLogs.MaintenanceFailed(Context.Logger, exception);
            }
        }
    }
}
