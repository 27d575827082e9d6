using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Runtime;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Streams;

/// <summary>Where an instance is in its life, as Kafka Streams names it.</summary>
public enum KafkaStreamsState
{
    /// <summary>Made, not started.</summary>
    Created,

    /// <summary>Joining the group, or restoring state: not all tasks take records.</summary>
    Rebalancing,

    /// <summary>All tasks of this instance take records.</summary>
    Running,

    /// <summary>Committing and leaving.</summary>
    PendingShutdown,

    /// <summary>Stopped as asked.</summary>
    NotRunning,

    /// <summary>Stopped by an error.</summary>
    Error,
}

/// <summary>What to do when a stream thread dies of an error.</summary>
public enum UncaughtExceptionVerdict
{
    /// <summary>Start another thread in its place; it goes on from what is committed.</summary>
    ReplaceThread,

    /// <summary>Stop this instance.</summary>
    ShutdownClient,
}

/// <summary>
/// Runs a topology: stream threads over Kafka, as one member or more of the application's group. Other processes with the same
/// <see cref="StreamsConfig.ApplicationId"/> share the work. Safe for use by several threads.
/// </summary>
public sealed partial class KafkaStreams : IAsyncDisposable
{
    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestCleanup = TimeSpan.FromMinutes(1);
    private readonly Topology _topology;
    private readonly StreamsConfig _config;
    private readonly ILogger _logger;
    private readonly IKafkaClients _clients;
    private readonly Lock _lock = new();
    private readonly List<StreamThread> _threads = [];
    private readonly MetricsRegistry _metrics;
    private ClientMetrics? _clientMetrics;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TopologyTopics? _topics;
    private StateDirectory? _states;
    private GlobalThread? _global;
    private GlobalStores? _globals;
    private TaskPositions? _positions;
    private ITimer? _cleaner;
    private GroupLog? _group;
    private IStreamAdmin? _admin;
    private long _lastStart;
    private bool _started;
    private bool _stopping;
    private volatile int _aliveThreads;
    private Exception? _error;

    /// <summary>
    /// The name of the meter (<see cref="System.Diagnostics.Metrics.Meter"/>) whose instruments tell the metrics of all instances of the process:
    /// <c>kafka.streams.</c>GROUP<c>.</c>NAME, with Kafka Streams' groups, names and tags.
    /// </summary>
    public const string MeterName = "MedStreams.Streams";

    /// <summary>An instance that is not started yet.</summary>
    /// <exception cref="ArgumentException">A setting is wrong; the text names it and what is allowed.</exception>
    public KafkaStreams(Topology topology, StreamsConfig config, ILoggerFactory? loggers = null)
        : this(topology, config, loggers, new ConfluentClients(config))
    {
    }

    internal KafkaStreams(Topology topology, StreamsConfig config, ILoggerFactory? loggers, IKafkaClients clients)
    {
        config.Validate();
        (_topology, _config, _clients) = (topology, config, clients);
        _metrics = new MetricsRegistry(config.Clock, config.MetricsRecordingLevel);
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("MedStreams.Streams");
    }

    /// <summary>
    /// Asked when a stream thread dies, on that thread's way out; set it before <see cref="StartAsync"/>. Default: stop this
    /// instance.
    /// </summary>
    public Func<Exception, UncaughtExceptionVerdict> OnUncaughtException { get; set; } =
        static _ => UncaughtExceptionVerdict.ShutdownClient;

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
                    return KafkaStreamsState.PendingShutdown;
                if (!_started)
                    return KafkaStreamsState.Created;
                return _threads.Count > 0 && _threads.TrueForAll(t => t.IsRunning)
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
            _started = true;
        }

        _admin = _clients.CreateAdmin(_config.ApplicationId + "-admin");
        _topics = await new TopicPreparation(_config, _topology, _admin).PrepareAsync(cancellationToken);
        var states = StateDirectory.Open(
            _config.StateDir,
            _config.ApplicationId,
            new StateSettings { EnableStatistics = _config.MetricsRecordingLevel >= MetricsRecordingLevel.Debug },
            _config.Clock);
        _states = states;
        var instance = _config.InstanceId ?? InstanceName.ReadOrMake(states.Path);
        _clientMetrics = new ClientMetrics(
            _config.ApplicationId, $"{_config.ApplicationId}-{instance}", instance, _metrics.Level, () => State, () => _aliveThreads);
        _metrics.Add(_clientMetrics);
        StreamsMeter.Add(_metrics);
        await FillGlobalsAsync(instance, cancellationToken);
        _positions = TaskPositions.Read(states, _topics, _config, _logger);
        var group = _group = new GroupLog(_config, _clients, _admin, $"{_config.ApplicationId}-{instance}", _logger);
        await group.PublishAsync(instance, _positions.Snapshot()).WaitAsync(MetadataPatience, _config.Clock, cancellationToken);
        var period = _config.StateCleanupDelay < ShortestCleanup ? ShortestCleanup : _config.StateCleanupDelay / 4;
        _cleaner = _config.Clock.CreateTimer(_ => CleanUp(states), null, period, period);
        lock (_lock)
        {
            if (_stopping)
                return;
            for (var thread = 1; thread <= _config.NumStreamThreads; thread++)
                Add(instance, thread);
        }
    }

    /// <summary>Commits, closes the tasks and leaves the group. Calling it again waits for the same end.</summary>
    /// <param name="timeout">How long to wait; null: as long as it takes.</param>
    /// <returns>True where the instance has stopped within that time.</returns>
    public async Task<bool> CloseAsync(TimeSpan? timeout = null)
    {
        lock (_lock)
        {
            _stopping = true;
            foreach (var thread in _threads)
                thread.RequestStop();
            EndIfIdle();
        }

        var ended = _ended.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (timeout is null)
            await ended;
        return timeout is null || await Task.WhenAny(ended, Task.Delay(timeout.Value, _config.Clock)) == ended;
    }

    /// <summary>As <see cref="CloseAsync"/>, without a limit.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>Starts the thread of the global stores, if there are any, and waits until they hold what their topics hold.</summary>
    private async Task FillGlobalsAsync(string instance, CancellationToken cancellationToken)
    {
        if (_topics!.Latest.GlobalInputs.Count == 0)
            return;
        GlobalThread global;
        lock (_lock)
        {
            if (_stopping)
                return;
            _global = global = new GlobalThread(new GlobalParts(_config, _clients, _admin!, _topics!, _states!, instance, _logger));
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
            OnUncaughtException(e);
            lock (_lock)
            {
                _error ??= e;
                _stopping = true;
                foreach (var thread in _threads)
                    thread.RequestStop();
            }
        }

        lock (_lock)
            EndIfIdle();
    }

    private void Add(string instance, int number)
    {
        _lastStart = Math.Max(_lastStart + 1, _config.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var identity = new MemberIdentity(
            instance,
            number,
            _config.ApplicationServer,
            MemberIdentity.FormatTags(_config.ClientTags),
            _config.GroupInstanceId is null ? _lastStart : 0);
        var metrics = new ThreadMetrics(_metrics, _config.Clock, identity.Instance, ThreadParts.NameOf(_config, identity));
        var thread = new StreamThread(
            new ThreadParts(_config, _clients, _admin!, _topics!, _states!, identity, metrics, _globals, _group!, _positions!, _logger)
            {
                RestoreListener = RestoreListener,
                StandbyListener = StandbyListener,
            });
        _threads.Add(thread);
        _aliveThreads = _threads.Count;
        thread.Start();
        _ = Watch(thread, identity);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ended the thread goes to the handler, and into Completion")]
    private async Task Watch(StreamThread thread, MemberIdentity identity)
    {
        try
        {
            await thread.Ended;
        }
        catch (Exception e)
        {
            _clientMetrics!.ThreadFailed();
            var verdict = OnUncaughtException(e);
            lock (_lock)
            {
                if (verdict == UncaughtExceptionVerdict.ReplaceThread && !_stopping)
                {
                    _threads.Remove(thread);
                    Add(identity.Instance, identity.Thread);
                    return;
                }

                _error ??= e;
                _stopping = true;
                foreach (var other in _threads)
                    other.RequestStop();
            }
        }

        lock (_lock)
        {
            _threads.Remove(thread);
            _aliveThreads = _threads.Count;
            EndIfIdle();
        }
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

    /// <summary>Ends what is left when the last stream thread of a stopping instance is gone: the global stores last, since tasks read them.</summary>
    private void EndIfIdle()
    {
        if (_threads.Count > 0 || !_stopping)
            return;
        if (_global is { Ended.IsCompleted: false })
        {
            _global.RequestStop();
            return;
        }

        _global?.Dispose();
        End();
    }

    private void End()
    {
        _cleaner?.Dispose();
        StreamsMeter.Remove(_metrics);
        _changelogEnds?.Dispose();
        if (_clientMetrics is not null)
            _metrics.Remove(_clientMetrics);
        _group?.Dispose();
        _group = null;
        _admin?.Dispose();
        _admin = null;
        _states?.Dispose();
        _states = null;
        if (_error is null)
            _ended.TrySetResult();
        else
            _ended.TrySetException(_error);
    }
}
