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
public sealed class KafkaStreams : IAsyncDisposable
{
    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(30);
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

    /// <summary>Makes the internal topics that are missing, and starts the threads; returns before they are running.</summary>
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

        _topics = await PrepareTopicsAsync(cancellationToken);
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
        lock (_lock)
        {
            for (var thread = 1; thread <= _config.NumStreamThreads; thread++)
                Add(new MemberIdentity(instance, thread));
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
            if (_threads.Count == 0)
                End();
        }

        var ended = _ended.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (timeout is null)
            await ended;
        return timeout is null || await Task.WhenAny(ended, Task.Delay(timeout.Value, _config.Clock)) == ended;
    }

    /// <summary>As <see cref="CloseAsync"/>, without a limit.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<TopologyTopics> PrepareTopicsAsync(CancellationToken cancellationToken)
    {
        using var admin = _clients.CreateAdmin(_config.ApplicationId + "-admin");
        var topics = new TopologyTopics(_config, _topology, PartitionCounts(admin));
        var wanted = topics.Latest.ToCreate().ToList();
        if (wanted.Count == 0)
            return topics;
        await admin.CreateTopicsAsync(wanted);
        var deadline = _config.Clock.GetUtcNow() + MetadataPatience;
        while (true)
        {
            var existing = PartitionCounts(admin);
            if (wanted.TrueForAll(t => existing.ContainsKey(t.Name)))
            {
                Check(wanted, existing);
                return new TopologyTopics(_config, _topology, existing);
            }

            if (_config.Clock.GetUtcNow() > deadline)
                throw new StreamsException($"The broker has not made the internal topics within {MetadataPatience}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), _config.Clock, cancellationToken);
        }
    }

    private static void Check(IEnumerable<NewTopic> wanted, IReadOnlyDictionary<string, int> existing)
    {
        foreach (var topic in wanted.Where(t => existing[t.Name] != t.Partitions))
        {
            throw new TopologyException(
                $"The internal topic {topic.Name} has {existing[topic.Name]} partitions, and the topology needs {topic.Partitions}: "
                + "reset the application (medstreams reset), or use another application id.");
        }
    }

    private IReadOnlyDictionary<string, int> PartitionCounts(IStreamAdmin admin)
    {
        try
        {
            return admin.PartitionCounts(MetadataPatience);
        }
        catch (Confluent.Kafka.KafkaException e)
        {
            throw new StreamsException($"No broker answers at {_config.BootstrapServers}: {e.Error.Code}.", e);
        }
    }

    private void Add(MemberIdentity identity)
    {
        var metrics = new ThreadMetrics(_metrics, _config.Clock, identity.Instance, ThreadParts.NameOf(_config, identity));
        var thread = new StreamThread(new ThreadParts(_config, _clients, _topics!, _states!, identity, metrics, _logger));
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
                    Add(identity);
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
            if (_threads.Count == 0 && _stopping)
                End();
        }
    }

    private void End()
    {
        StreamsMeter.Remove(_metrics);
        if (_clientMetrics is not null)
            _metrics.Remove(_clientMetrics);
        _states?.Dispose();
        _states = null;
        if (_error is null)
            _ended.TrySetResult();
        else
            _ended.TrySetException(_error);
    }
}
