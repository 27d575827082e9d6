using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Keeps the global stores of an instance: fills them from their topics before any task runs, then follows the topics. What it reads is
/// committed to the stores batch by batch, together with the positions, so a restart goes on where it was; nothing is wiped unless a
/// topic does not hold the position any more. Reads without a group: every instance reads everything.
/// </summary>
internal sealed class GlobalThread : IRecordReceiver, IDisposable
{
    private const int RecordsPerPoll = 10_000;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private readonly GlobalParts _parts;
    private readonly Subtopology _global;
    private readonly TopicPartition[] _inputs;
    private readonly long[] _positions;
    private readonly Dictionary<TopicPartition, int> _indexes = [];
    private readonly Dictionary<string, string[]> _storesOfTopic = new(StringComparer.Ordinal);
    private readonly Thread _thread;
    private readonly TaskCompletionSource<GlobalStores> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskState? _state;
    private StreamTask? _task;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Outages _outages;
    private volatile bool _stopping;
    private bool _isLost;

    public GlobalThread(GlobalParts parts)
    {
        _parts = parts;
        _outages = new Outages(parts.Config, parts.Name, parts.Logger);
        var topics = parts.Topics.Latest;
        _global = Subtopology.GlobalOf(topics.Subtopologies)
            ?? throw new InvalidOperationException("The topology has no global stores.");
        foreach (var one in topics.Subtopologies.Where(s => s.IsGlobal))
        {
            foreach (var topic in one.SourceTopics)
                _storesOfTopic.Add(topic, [.. one.Stores.Select(s => s.Name)]);
        }

        _inputs = [.. topics.GlobalInputs];
        _positions = new long[_inputs.Length];
        for (var i = 0; i < _inputs.Length; i++)
            _indexes.Add(_inputs[i], i);
        _thread = new Thread(Run) { Name = parts.Name, IsBackground = true };
    }

    /// <summary>Ends when the stores hold what the topics held at the start; the stores are open until the thread has ended.</summary>
    public Task<GlobalStores> Ready => _ready.Task;

    /// <summary>Ends when the thread does; faulted where it died of an error.</summary>
    public Task Ended => _ended.Task;

    public void Start() => _thread.Start();

    public void RequestStop()
    {
        _stopping = true;
        _stop.Set();
    }

    public void OnRecord(in RawRecord record)
    {
        if (!_indexes.TryGetValue(new TopicPartition(record.Metadata.Topic, record.Metadata.Partition), out var input))
            return;
        while (!_stopping)
        {
            try
            {
                _task!.Queue(input).Add(record);
                return;
            }
            catch (Exception e) when (RetriableException.In(e) is not null)
            {
                WaitUntil(_outages.RetryAt(record.Metadata, e));
            }
        }
    }

    public void OnEnd(TopicPartition partition, long offset)
    {
        if (!_stopping && _indexes.TryGetValue(partition, out var input))
            _positions[input] = Math.Max(_positions[input], offset);
    }

    public void OnOutOfRange(TopicPartition partition) => _isLost = true;

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the thread is handed to whoever awaits its end")]
    private void Run()
    {
        try
        {
            var context = Open();
            using var consumer = _parts.Clients.CreateGlobalConsumer(_parts.Name);
            var ends = Begin(consumer);
            while (!_stopping && !IsFilled(ends))
                Step(consumer);
            if (!_stopping)
            {
                RuntimeLog.GlobalsFilled(_parts.Logger, _parts.Name, _global.Stores.Count);
                _ready.SetResult(new GlobalStores(_state!, context, _global.Stores));
            }

            while (!_stopping)
                Step(consumer);
            Dispose();
            _ready.TrySetCanceled();
            _ended.SetResult();
        }
        catch (Exception e)
        {
            RuntimeLog.Died(_parts.Logger, _parts.Name, e);
            _ready.TrySetException(e);
            _ended.SetException(e);
        }
    }

    /// <summary>Gives the state back. Nobody may read the stores any more.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        _task?.Dispose();
        _task = null;
        _state?.Dispose();
        _state = null;
    }

    private TaskContext Open()
    {
        _state = OpenState();
        var config = _parts.Config;
        var context = new TaskContext(
            config.ApplicationId, TaskId.Global, config.Clock, NoCollector.Instance, _parts.Topics.InternalNames);
        _state.OpenOwnStores(context);
        _state.OpenStores(context);
        _task = new StreamTask(context, _global.Build(context), _inputs, new GlobalErrors(config, _parts.Logger));
        return context;
    }

    private TaskState OpenState()
    {
        try
        {
            return OpenOnce();
        }
        catch (StateCorruptedException e)
        {
            RuntimeLog.StateCorrupted(_parts.Logger, TaskId.Global, e);
            _parts.States.Wipe(TaskId.Global);
            return OpenOnce();
        }

        TaskState OpenOnce() => TaskState.Open(
            _parts.States, TaskId.Global, _parts.Config.ApplicationId, _global.Stores, static t => t);
    }

    /// <summary>Begins to read where the stores stand; answers where the partitions end now.</summary>
    private long[] Begin(IRestoreConsumer consumer)
    {
        var bounds = new (long Beginning, long End)[_inputs.Length];
        for (var i = 0; i < bounds.Length && !_stopping; i++)
            bounds[i] = Bounds(_inputs[i]);
        if (_stopping)
            return [];
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (PositionOf(_inputs[i]) is { } at && (at < bounds[i].Beginning || at > bounds[i].End))
                Wipe(_inputs[i].Topic, at, bounds[i]);
        }

        for (var i = 0; i < _inputs.Length; i++)
            _positions[i] = PositionOf(_inputs[i]) ?? bounds[i].Beginning;
        consumer.Assign(_inputs.Select((input, i) => (input, _positions[i])).ToDictionary(p => p.input, p => p.Item2));
        return [.. bounds.Select(b => b.End)];
    }

    /// <summary>A topic does not hold what was to be read next.</summary>
    /// <exception cref="StreamsException">Tasks use the stores already, so nothing can be rebuilt under them.</exception>
    private void BeginAgain(IRestoreConsumer consumer)
    {
        _isLost = false;
        if (_ready.Task.IsCompleted)
        {
            throw new StreamsException(
                "A topic of a global store does not hold what was to be read next: start the instance again, and the store is rebuilt.");
        }

        Begin(consumer);
    }

    private (long Beginning, long End) Bounds(TopicPartition input)
    {
        var since = _parts.Config.Clock.GetTimestamp();
        while (!_stopping)
        {
            if (_parts.Admin.TryBounds(input, CallTimeout) is { } known)
                return known;
            if (_parts.Config.Clock.GetElapsedTime(since) > _parts.Config.TaskTimeout)
                throw new StreamsException($"The broker does not tell what {input} holds, from which a global store is filled.");
        }

        return default;
    }

    /// <summary>Where all stores of a topic stand in a partition; null where one of them is empty.</summary>
    private long? PositionOf(TopicPartition input)
    {
        long? position = long.MaxValue;
        foreach (var store in _storesOfTopic[input.Topic])
            position = _state!.GlobalPosition(store, input) is { } at && position is { } least ? Math.Min(at, least) : null;
        return position;
    }

    private void Wipe(string topic, long at, (long Beginning, long End) bounds)
    {
        foreach (var store in _storesOfTopic[topic])
        {
            RuntimeLog.ChangelogLost(_parts.Logger, TaskId.Global, store, at, bounds.Beginning, bounds.End);
            _state!.Wipe(store);
        }
    }

    private bool IsFilled(long[] ends)
    {
        for (var i = 0; i < ends.Length; i++)
        {
            if (_positions[i] < ends[i])
                return false;
        }

        return true;
    }

    private void Step(IRestoreConsumer consumer)
    {
        var before = (long[])_positions.Clone();
        consumer.Poll(_parts.Config.Poll, RecordsPerPoll, this);
        while (!_stopping && ProcessNext())
            _task!.PunctuateStreamTime();
        if (_stopping)
            return; // what is not committed is read again
        var punctuated = _task!.PunctuateWallClock();
        for (var i = 0; i < _inputs.Length; i++)
            _positions[i] = Math.Max(_positions[i], _task.Queue(i).NextArrival ?? 0);
        if (punctuated || !before.AsSpan().SequenceEqual(_positions))
            Commit();
        if (_isLost)
            BeginAgain(consumer);
    }

    private bool ProcessNext()
    {
        try
        {
            return _task!.ProcessNext();
        }
        catch (Exception e) when (RetriableException.In(e) is not null)
        {
            // Nobody waits for this thread's polls, and the record is still the next one.
            var source = _task!.Context.Current;
            _task.Context.Current = default;
            WaitUntil(_outages.RetryAt(source, e));
            return true;
        }
        catch (Exception e) when (FailureSite.Of(e) is not null && e is not StateCorruptedException)
        {
            var source = _task!.Context.Current;
            _task.Context.Current = default;
            GlobalErrors.OnProcessingError(_parts.Config, _parts.Logger, e, source);
            return true;
        }
    }

    private void WaitUntil(long time)
    {
        var delay = time - _parts.Config.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (delay > 0)
            _stop.Wait(TimeSpan.FromMilliseconds(delay));
    }

    private void Commit()
    {
        _task!.FlushStores();
        _task.Context.CommitRequested = false;
        for (var i = 0; i < _inputs.Length; i++)
        {
            foreach (var store in _storesOfTopic[_inputs[i].Topic])
                _state!.SetGlobalPosition(store, _inputs[i], _positions[i]);
        }

        _state!.Commit(new Dictionary<string, long>());
    }
}

/// <summary>What the thread of the global stores is made of.</summary>
internal sealed record GlobalParts(
    StreamsConfig Config,
    IKafkaClients Clients,
    IStreamAdmin Admin,
    TopologyTopics Topics,
    StateDirectory States,
    string Instance,
    ILogger Logger)
{
    /// <summary>As Kafka Streams names it.</summary>
    public string Name => $"{Config.ApplicationId}-{Instance}-GlobalStreamThread";
}
