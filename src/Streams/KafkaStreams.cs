using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Async;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Runtime;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Streams;

/// <summary>
/// Runs a topology: stream threads over Kafka, as one member or more of the application's group. Other processes with the same
/// <see cref="StreamsConfig.ApplicationId"/> share the work. Safe for use by several threads.
/// </summary>
public sealed partial class KafkaStreams : IAsyncDisposable
{
    private static readonly TimeSpan PublishPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestCleanup = TimeSpan.FromMinutes(1);
    private readonly Topology _topology;
    private readonly StreamsConfig _config;
    private readonly ILogger _logger;
    private readonly IKafkaClients _clients;
    private readonly Lock _lock = new();
    private readonly MetricsRegistry _metrics;
    private readonly StateNotifier _notifier;
    private readonly CallLimits _callLimits;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClientMetrics? _clientMetrics;
    private TopologyTopics? _topics;
    private StateDirectory? _states;
    private GlobalThread? _global;
    private GlobalStores? _globals;
    private TaskPositions? _positions;
    private ITimer? _cleaner;
    private GroupLog? _group;
    private IStreamAdmin? _admin;
    private string _instance = string.Empty;
    private bool _started;
    private bool _starting;
    private bool _stopping;
    private bool _ending;
    private Exception? _error;

    /// <summary>
    /// The name of the meter (<see cref="System.Diagnostics.Metrics.Meter"/>) whose instruments tell the metrics of all instances of the process:
    /// <c>kafka.streams.</c>GROUP<c>.</c>NAME, with Kafka Streams' groups, names and tags.
    /// </summary>
    public const string MeterName = "MedStreams.Streams";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/> that tells spans of records: poll, process, send, commits of sinks.</summary>
    public const string ActivitySourceName = "MedStreams.Streams";

    /// <summary>An instance that is not started yet.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the text names it and what is allowed.</exception>
    /// <exception cref="TopologyException">Calls of asynchronous nodes may take longer than fits; see <see cref="AsyncOptions.Timeout"/>.</exception>
    public KafkaStreams(Topology topology, StreamsConfig config, ILoggerFactory? loggers = null)
        : this(topology, CallLimits.Widen(topology, config), loggers, static c => new ConfluentClients(c))
    {
    }

    internal KafkaStreams(Topology topology, StreamsConfig config, ILoggerFactory? loggers, IKafkaClients clients)
        : this(topology, CallLimits.Widen(topology, config), loggers, _ => clients)
    {
    }

    private KafkaStreams(Topology topology, StreamsConfig config, ILoggerFactory? loggers, Func<StreamsConfig, IKafkaClients> clients)
    {
        config.Validate();
        (_topology, _config, _clients) = (topology, config, clients(config));
        _callLimits = CallLimits.Of(topology, config);
        _metrics = new MetricsRegistry(config.Clock, config.MetricsRecordingLevel);
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("MedStreams.Streams");
        _notifier = new StateNotifier(() => State, (to, from) => OnStateChange?.Invoke(to, from), _logger);
    }

    /// <summary>
    /// Asked when a stream thread dies, on that thread, before it leaves the group; set it before <see cref="StartAsync"/>. Default: stop
    /// this instance. Where it throws itself, this instance stops.
    /// </summary>
    public Func<Exception, UncaughtExceptionVerdict> OnUncaughtException { get; set; } =
        static _ => UncaughtExceptionVerdict.ShutdownClient;

    /// <summary>
    /// Told each change of <see cref="State"/>, with the new state and the old one, one after the other, on a thread of the pool; set it before
    /// <see cref="StartAsync"/>. It may call this instance. States that pass quickly may be left out.
    /// </summary>
    public Action<KafkaStreamsState, KafkaStreamsState>? OnStateChange { get; set; }

    /// <summary>Told how stores are restored; set it before <see cref="StartAsync"/>.</summary>
    public IStateRestoreListener? RestoreListener { get; set; }

    /// <summary>Told how standbys follow their changelogs; set it before <see cref="StartAsync"/>.</summary>
    public IStandbyUpdateListener? StandbyListener { get; set; }

    /// <summary>Ends when the instance has stopped; faulted where an error stopped it.</summary>
    public Task Completion => _ended.Task;

    /// <summary>Every metric of this instance as it stands now; none before it is started and after it has ended.</summary>
    public IReadOnlyList<StreamsMetric> Metrics => _metrics.Read();

    /// <summary>Where the instance is in its life.</summary>
    public KafkaStreamsState State
    {
        get
        {
            lock (_lock)
            {
                if (_ended.Task.IsCompleted)
                    return _error is null ? KafkaStreamsState.NotRunning : KafkaStreamsState.Error;
                if (_stopping)
                    return _error is null ? KafkaStreamsState.PendingShutdown : KafkaStreamsState.PendingError;
                if (!_started)
                    return KafkaStreamsState.Created;
                return !_starting && _threads.TrueForAll(t => t.IsRunning)
                    ? KafkaStreamsState.Running
                    : KafkaStreamsState.Rebalancing;
            }
        }
    }

    /// <summary>
    /// Makes the internal topics that are missing, fills the global stores, which may take long, and starts the threads; returns before they
    /// are running.
    /// </summary>
    /// <exception cref="TopologyException">A source topic is missing, or the topology is not well formed.</exception>
    /// <exception cref="StreamsException">The broker does not answer, or another process uses the state folder.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_started)
                throw new InvalidOperationException("The instance was started before; make a new one.");
            _started = _starting = true;
        }

        _notifier.Look();
        try
        {
            await StartPartsAsync(cancellationToken);
        }
        catch (Exception e)
        {
            Stop(e, leavesGroup: true);
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _starting = false;
                for (var thread = 1; thread <= _config.NumStreamThreads && !_stopping; thread++)
                    Add(thread);
                EndIfIdle();
            }

            _notifier.Look();
        }
    }

    /// <summary>Commits, closes the tasks and leaves the group. Calling it again waits for the same end.</summary>
    /// <param name="timeout">How long to wait; null: as long as it takes.</param>
    /// <returns>True where the instance has stopped within that time.</returns>
    public Task<bool> CloseAsync(TimeSpan? timeout = null) => CloseAsync(new CloseOptions { Timeout = timeout });

    /// <summary>Commits, closes the tasks and, if asked to, leaves the group. Calling it again waits for the same end.</summary>
    /// <returns>True where the instance has stopped within the time.</returns>
    public async Task<bool> CloseAsync(CloseOptions options)
    {
        Stop(null, options.LeaveGroup);
        var ended = _ended.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (options.Timeout is not { } limit)
        {
            await ended;
            return true;
        }

        return await Task.WhenAny(ended, Task.Delay(limit, _config.Clock)) == ended;
    }

    /// <summary>As <see cref="CloseAsync(TimeSpan?)"/>, without a limit.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>
    /// Deletes the state of this application in <see cref="StreamsConfig.StateDir"/>: everything is restored from changelogs with the next
    /// start, under another name in the group. Before <see cref="StartAsync"/> or after the stop.
    /// </summary>
    /// <exception cref="InvalidOperationException">The instance runs.</exception>
    /// <exception cref="StreamsException">Another process uses the folder, or it cannot be deleted.</exception>
    public void CleanUp()
    {
        lock (_lock)
        {
            if (_started && !_ended.Task.IsCompleted)
                throw new InvalidOperationException("State cannot be deleted while the instance runs.");
            TaskStates.DeleteAll(_config);
        }
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        _admin = _clients.CreateAdmin(_config.ApplicationId + "-admin");
        _topics = await new TopicPreparation(_config, _topology, _admin).PrepareAsync(cancellationToken);
        var states = _states = StateDirectory.Open(
            _config.StateDir,
            _config.ApplicationId,
            _config.RocksDb.ToState(_config.MetricsRecordingLevel >= MetricsRecordingLevel.Debug),
            _config.Clock);
        _instance = _config.InstanceId ?? _config.GroupInstanceId ?? InstanceName.ReadOrMake(states.Path);
        var clientId = $"{_config.ApplicationId}-{_instance}";
        _clientMetrics = new ClientMetrics(
            _config.ApplicationId, clientId, _instance, _metrics.Level, () => State, () => _aliveThreads);
        _metrics.Add(_clientMetrics);
        StreamsMeter.Add(_metrics);
        _positions = TaskPositions.Read(states, _topics, _config, _logger);
        _group = new GroupLog(_config, _clients, _admin, clientId, _logger);
        await FillGlobalsAsync(cancellationToken);
        await _group.PublishAsync(_instance, _positions.Snapshot()).WaitAsync(PublishPatience, _config.Clock, cancellationToken);
        var period = _config.StateCleanupDelay < ShortestCleanup ? ShortestCleanup : _config.StateCleanupDelay / 4;
        _cleaner = _config.Clock.CreateTimer(_ => CleanUp(states), null, period, period);
    }

    /// <summary>Starts the thread of the global stores, if there are any, and waits until they hold what their topics hold.</summary>
    private async Task FillGlobalsAsync(CancellationToken cancellationToken)
    {
        if (_topics!.Latest.GlobalInputs.Count == 0)
            return;
        GlobalThread global;
        lock (_lock)
        {
            if (_stopping)
                return;
            _global = global = new GlobalThread(
                new GlobalParts(_config, _clients, _admin!, _topics!, _states!, _instance, _logger));
        }

        global.Start();
        _ = WatchGlobal(global);
        _globals = await global.Ready.WaitAsync(cancellationToken);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ended the thread goes to the handler, and into Completion")]
    private async Task WatchGlobal(GlobalThread global)
    {
        try
        {
            await global.Ended;
        }
        catch (Exception e)
        {
            // Nothing takes its place: tasks hold on to its stores.
            if (Judge(e) == UncaughtExceptionVerdict.ShutdownApplication && _group?.Latest is { } decision)
                await _group.AskShutdownAsync(decision.Members.Values.Select(m => m.MemberId));
            Stop(e, leavesGroup: true);
        }
    }

    private void Stop(Exception? error, bool leavesGroup)
    {
        lock (_lock)
            StopLocked(error, leavesGroup);
        _notifier.Look();
    }

    private void StopLocked(Exception? error, bool leavesGroup)
    {
        _error ??= error;
        _stopping = true;
        foreach (var thread in _threads)
            thread.RequestStop(leavesGroup);
        EndIfIdle();
    }

    /// <summary>Deletes state that no task has used for long.</summary>
    private void CleanUp(StateDirectory states)
    {
        try
        {
            foreach (var task in states.CleanUp(_config.StateCleanupDelay))
            {
                _positions!.Remove(task);
                RuntimeLog.StateDeleted(_logger, task, _config.StateCleanupDelay);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RuntimeLog.CleanupFailed(_logger, states.Path, e);
        }
    }

    /// <summary>Ends what is left when the last stream thread of a stopping instance is gone.</summary>
    private void EndIfIdle()
    {
        if (_ending || _starting || _threads.Count > 0 || !_stopping)
            return;
        _ending = true;
        _ = Task.Run(EndAsync);
    }

    /// <summary>The global stores go last, since tasks read them.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong here must not keep Completion from ending")]
    private async Task EndAsync()
    {
        try
        {
            StreamsMeter.Remove(_metrics);
            if (_clientMetrics is not null)
                _metrics.Remove(_clientMetrics);
            if (_cleaner is not null)
                await _cleaner.DisposeAsync();
            if (_global is not null)
            {
                _global.RequestStop();
                await _global.Ended.ContinueWith(static _ => { }, TaskScheduler.Default);
                _global.Dispose();
            }

            _changelogEnds?.Dispose();
            _group?.Dispose();
            _admin?.Dispose();
        }
        catch (Exception e)
        {
            _error ??= e;
        }
        finally
        {
            _states?.Dispose();
        }

        if (_error is null)
            _ended.TrySetResult();
        else
            _ended.TrySetException(_error);
        _notifier.Look();
    }
}
