using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>The tasks of one thread, and their way from assigned to running.</summary>
internal sealed class TaskSet(ThreadParts parts, ThreadCommit commit, ChangelogReader reader)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestoreSlice = TimeSpan.FromMilliseconds(50);

    // A change of what is read throws away what the client has read ahead, so a few records more are the smaller evil.
    private const int FullFactor = 20;
    private static readonly TimeSpan DescribeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StandstillInterval = TimeSpan.FromMilliseconds(100);
    private readonly SortedDictionary<TaskId, ActiveTask> _tasks = [];
    private readonly Dictionary<TopicPartition, (ActiveTask Task, int Input)> _routes = [];
    private readonly List<ActiveTask> _opened = [];
    private readonly HashSet<TopicPartition> _lostInputs = [];
    private readonly StandbySet _standbys = new(parts, reader);
    private readonly CacheBudget _cache = new(parts.Config.StateStoreCacheMaxBytes / parts.Config.NumStreamThreads);
    private readonly Lock _metadataLock = new();
    private ActiveTask[] _running = [];
    private (IReadOnlyList<TaskMetadata> Active, IReadOnlyList<TaskMetadata> Standby) _snapshot = ([], []);
    private IReadOnlyList<Standstill> _standstills = [];
    private long _cacheBytes = parts.Config.StateStoreCacheMaxBytes / parts.Config.NumStreamThreads;
    private long _described;
    private TopicPartition? _last;
    private RecordQueue? _lastQueue;
    private bool _isInterrupted;

    /// <summary>The tasks that take records.</summary>
    public IReadOnlyList<ActiveTask> Running => _running;

    public bool Any => _tasks.Count > 0;

    public bool AllRunning => _running.Length == _tasks.Count;

    /// <summary>True while there is work that does not wait for records.</summary>
    public bool IsBusy => HasBacklog || reader.IsBusy || _standbys.HasUnopened
        || _tasks.Values.Any(t => t.Phase is TaskPhase.Created or TaskPhase.Restoring || (IsClaiming(t) && IsDue(t)));

    public long NextWallClockPunctuation =>
        _running.Select(t => t.Context.Punctuations.NextWallClock).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>What the caches may hold back; may be changed by any thread.</summary>
    public long CacheBytes
    {
        get => Interlocked.Read(ref _cacheBytes);
        set => Interlocked.Exchange(ref _cacheBytes, value);
    }

    /// <summary>The active and the standby tasks as they were a moment ago; for any thread.</summary>
    public (IReadOnlyList<TaskMetadata> Active, IReadOnlyList<TaskMetadata> Standby) Snapshot
    {
        get
        {
            lock (_metadataLock)
                return _snapshot;
        }
    }

    /// <summary>What keeps tasks from taking records, as it was a moment ago; for any thread.</summary>
    public IReadOnlyList<Standstill> Standstills
    {
        get
        {
            lock (_metadataLock)
                return _standstills;
        }
    }

    /// <inheritdoc cref="StandbySet.AreWarmupsNear"/>
    public bool AreWarmupsNear => _standbys.AreWarmupsNear;

    private long Now => parts.Config.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Keeps the tasks that are still wanted open, closes the others (they are committed), makes the new ones, and those anew whose inputs
    /// are others now, since a pattern has found more topics. A state that is wanted in another role stays open.
    /// </summary>
    public void Keep(MemberTasks wanted)
    {
        var left = new Dictionary<TaskId, TaskState>();
        foreach (var gone in _tasks.Keys.Except(wanted.Active).ToList())
        {
            if (End(gone, StandbySuspension.Migrated) is not { } state)
                continue;
            if (wanted.Standby.Contains(gone) || wanted.Warmup.Contains(gone))
                left.Add(gone, state);
            else
                Close(gone, state);
        }

        foreach (var changed in _tasks.Values.Where(t => !t.Reads(parts.Topics.Latest)).Select(t => t.Id).ToList())
            Close(changed, End(changed, StandbySuspension.Migrated));
        foreach (var id in wanted.Active.Where(id => !_tasks.ContainsKey(id)))
            Create(id, _standbys.Release(id, StandbySuspension.Promoted));
        _standbys.Keep(wanted.Standby, wanted.Warmup);
        _standbys.Add(wanted.Standby, wanted.Warmup, left);
        Refresh();
    }

    /// <summary>Closes the active tasks and makes them anew; what is not committed is gone.</summary>
    /// <param name="undo">What is done in between.</param>
    /// <param name="keepsStates">
    /// Whether states that stand at their last commit stay open and are gone on from. Changes since then, which their changelogs hold where there are no
    /// transactions, are not taken up again: the records that made them are processed anew.
    /// </param>
    public void Undo(Action undo, bool keepsStates)
    {
        var states = new Dictionary<TaskId, TaskState?>();
        foreach (var (id, task) in _tasks.ToList())
        {
            var isKept = keepsStates && task.Phase == TaskPhase.Running && task.State!.IsTheEnginesOwn;
            var state = End(id, StandbySuspension.Migrated);
            if (!isKept)
                Close(id, state);
            states.Add(id, isKept ? state : null);
        }

        Refresh();
        undo();
        foreach (var (id, state) in states)
            Create(id, state, isRestored: state is not null);
        Refresh();
    }

    /// <summary>Closes the active tasks; what is not committed is gone. Standbys stay.</summary>
    public void CloseActive()
    {
        foreach (var id in _tasks.Keys.ToList())
            Close(id, End(id, StandbySuspension.Migrated));
        Refresh();
    }

    /// <summary>Closes all tasks; what is not committed is gone.</summary>
    public void CloseAll()
    {
        CloseActive();
        _standbys.CloseAll();
    }

    /// <summary>Notes how far the state of each task is, for the group to know.</summary>
    public void NotePositions()
    {
        foreach (var task in _tasks.Values.Where(t => t.State is not null))
            parts.Positions.Set(task.Id, task.State!);
        _standbys.NotePositions();
    }

    /// <summary>After a failure that ends the thread: releases what can be released and reports nothing more.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The thread is ending with an error already; this one would hide it")]
    public void Abandon()
    {
        foreach (var id in _tasks.Keys.ToList())
        {
            try
            {
                Close(id, End(id, StandbySuspension.Migrated));
            }
            catch (Exception e)
            {
                RuntimeLog.Died(parts.Logger, $"Task {id}", e);
            }
        }

        try
        {
            _standbys.CloseAll();
        }
        catch (Exception e)
        {
            RuntimeLog.Died(parts.Logger, "The standbys", e);
        }
    }

    /// <summary>True while records wait that can be processed at once.</summary>
    public bool HasBacklog => Array.Exists(_running, static t => HasRecords(t) && !t.Stream!.IsWaiting && t.Stream.HasRoom);

    /// <summary>True unless each task has records that it can process once it has room for them.</summary>
    public bool NeedsRecords => _running.Length == 0 || Array.Exists(_running, static t => !HasRecords(t) || t.Stream!.IsWaiting);

    /// <summary>Where the consumer has to read: the inputs of running tasks, but those of which enough is here.</summary>
    public IReadOnlyCollection<StartingPoint> StartingPoints() =>
    [
        .. _running.SelectMany(t => t.Inputs.Select((input, i) => (t, input, i))).Where(p => !p.t.IsFull(p.i))
            .Select(p => new StartingPoint(p.input, p.t.ReadPosition(p.i))),
    ];

    /// <summary>
    /// Looks for inputs that have too many records, since their task waits for those of another; answers whether what must be read has
    /// changed.
    /// </summary>
    public bool BoundBuffers()
    {
        var hasChanged = false;
        foreach (var task in _running)
        {
            if (task.Inputs.Length > 1 || task.Stream!.CallNodes.Length > 0)
                hasChanged |= task.BoundBuffers(parts.Config.BufferedRecordsPerPartition * FullFactor);
        }

        return hasChanged;
    }

    /// <summary>What records need and did not get.</summary>
    public Outages Outages { get; } = new(parts.Config, parts.Name, parts.Logger);

    /// <summary>Before a poll: records are taken again.</summary>
    public void BeginPoll() => _isInterrupted = false;

    /// <summary>
    /// Takes a record. Where what its serdes need does not answer, its input waits, and all else of this poll is read again: a poll must not wait for
    /// one record after the other.
    /// </summary>
    public void Add(in RawRecord record)
    {
        if (_isInterrupted)
            return;
        // One partition after the other sends many records; topics' names are the same objects.
        if (_last is not { } last
            || last.Partition != record.Metadata.Partition || !ReferenceEquals(last.Topic, record.Metadata.Topic))
        {
            _last = last = new TopicPartition(record.Metadata.Topic, record.Metadata.Partition);
            _lastQueue = _routes.TryGetValue(last, out var route) ? route.Task.Stream!.Queue(route.Input) : null;
        }

        try
        {
            _lastQueue?.Add(record);
        }
        catch (Exception e) when (RetriableException.In(e) is not null)
        {
            _isInterrupted = true;
            var (task, input) = _routes[last];
            task.Hold(input, Outages.RetryAt(record.Metadata, e));
        }
    }

    /// <summary>Whether what is to be read has changed: records of this poll were left out, or the wait for others is over.</summary>
    public bool EndPoll()
    {
        var hasChanged = _isInterrupted;
        foreach (var task in _running)
            hasChanged |= task.Release(Now);
        return hasChanged;
    }

    /// <summary>
    /// Holds back the tasks that have begun anew, as <see cref="Undo"/> leaves them: that of a record, or all where it is not known which.
    /// </summary>
    public void Hold(TaskId? which, RecordMetadata? record, long retryAt)
    {
        foreach (var task in _tasks.Values.Where(t => which is null || t.Id == which))
            task.Hold(retryAt, record);
    }

    public void OnEnd(TopicPartition partition, long offset)
    {
        if (_isInterrupted || !_routes.TryGetValue(partition, out var route))
            return;
        route.Task.AdvanceTo(route.Input, offset);
        route.Task.Stream!.Queue(route.Input).ReachEnd();
    }

    /// <summary>
    /// An input does not hold what was to be read next: once its task begins anew, it reads where the reset policy says.
    /// </summary>
    public void OnOutOfRange(TopicPartition partition) => _lostInputs.Add(partition);

    public void Punctuate()
    {
        foreach (var task in _running)
            task.Stream!.PunctuateWallClock();
    }

    /// <summary>Takes each task that is not running yet a step further; answers whether what must be read has changed.</summary>
    public bool Advance(IStreamConsumer consumer)
    {
        _cache.MaxBytes = CacheBytes;
        _standbys.Advance(consumer);
        foreach (var task in reader.Advance(IsRestoring ? RestoreSlice : TimeSpan.Zero, consumer).OfType<ActiveTask>())
            task.Restored();
        var before = _running;
        AskCommitted(consumer);
        foreach (var task in _tasks.Values)
        {
            if (task.Phase == TaskPhase.Created && task.Committed is not null && task.TryOpen(parts))
            {
                if (task.IsRestored)
                    task.Restored();
                else
                    _opened.Add(task);
            }

            if (IsClaiming(task) && IsDue(task))
                Claim(task);
        }

        foreach (var task in _opened.Where(t => reader.Begin(t) == 0))
            task.Restored();
        _opened.RemoveAll(t => t.Phase != TaskPhase.Restoring || reader.IsReading(t));
        Refresh();
        var hasChanged = !_running.SequenceEqual(before);
        Describe(hasChanged);
        return hasChanged;
    }

    /// <summary>Renews what others see of the tasks, now and then.</summary>
    private void Describe(bool isDue)
    {
        if (!isDue && parts.Config.Clock.GetElapsedTime(_described) < (AllRunning && !Array.Exists(_running, static t => t.IsHeld) ? DescribeInterval : StandstillInterval))
            return;
        _described = parts.Config.Clock.GetTimestamp();
        var active = _tasks.Values.Select(t => t.Describe(commit.CommittedOffset)).ToList();
        var standby = _standbys.Tasks.Select(t => t.Describe()).ToList();
        var standstills = _tasks.Values.Select(t => t.Standstill(reader)).OfType<Standstill>().ToList();
        lock (_metadataLock)
            (_snapshot, _standstills) = ((active, standby), standstills);
    }

    /// <summary>One question for all new tasks.</summary>
    private void AskCommitted(IStreamConsumer consumer)
    {
        var unknown = _tasks.Values.Where(t => t.Committed is null).ToList();
        if (unknown.Count == 0 || consumer.TryCommitted(unknown.SelectMany(t => t.Inputs), CallTimeout) is not { } committed)
            return;
        foreach (var task in unknown)
            task.Committed = committed;
    }

    private static bool HasRecords(ActiveTask task)
    {
        for (var i = 0; i < task.Inputs.Length; i++)
        {
            if (task.Stream!.Queue(i).Count > 0)
                return true;
        }

        return false;
    }

    private static bool IsClaiming(ActiveTask task) => task.Phase is TaskPhase.Claiming or TaskPhase.Waiting;

    private bool IsRestoring => _tasks.Values.Any(t => t.Phase == TaskPhase.Restoring);

    private bool IsDue(ActiveTask task) => task.RetryAt <= Now;

    private void Create(TaskId id, TaskState? state, bool isRestored = false)
    {
        var topics = parts.Topics;
        var metrics = new TaskMetrics(parts.Metrics, id);
        var context = new TaskContext(
            parts.Config.ApplicationId, id, parts.Config.Clock, new TaskCollector(commit.Collector, metrics), topics.InternalNames)
        {
            Cache = _cache,
            Calls = parts.Calls,
            Metrics = metrics,
            Globals = parts.Globals,
            IsStateExact = parts.Config.ExactlyOnce,
        };
        parts.Metrics.TaskCreated.Increment();
        var task = new ActiveTask(id, topics.Subtopologies[id.Subtopology], topics.Latest, context);
        if (state is not null)
            task.Adopt(state, isRestored);
        _tasks.Add(id, task);
    }

    /// <summary>Ends an active task, and leaves its state open.</summary>
    private TaskState? End(TaskId id, StandbySuspension reason)
    {
        if (!_tasks.Remove(id, out var task))
            return null;
        reader.Drop(task, reason);
        _opened.Remove(task);
        parts.Metrics.TaskClosed.Increment();
        return task.CloseAsync().AsTask().GetAwaiter().GetResult();
    }

    private void Close(TaskId id, TaskState? state)
    {
        if (state is null)
            return;
        parts.Positions.SetClosed(id, state);
        state.Dispose();
    }

    private void Claim(ActiveTask task)
    {
        if (task.Phase == TaskPhase.Waiting)
        {
            // The buffer is kept and its commit is tried again; reading goes on when it succeeds.
            if (commit.TryCommitTargets(task))
                task.Resume();
            return;
        }

        if (commit.TryClaimTargets(task) && TryPositions(task) is { } positions)
            task.Run(positions, commit.DeadLetters);
    }

    private long[]? TryPositions(ActiveTask task)
    {
        var positions = new long[task.Inputs.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            var input = task.Inputs[i];
            if (parts.Admin.TryBounds(input, CallTimeout) is not var (beginning, end))
                return null;
            var target = ThreadCommit.TargetPosition(task);
            if (target > end)
            {
                throw new StreamsException(
                    $"The target of task {task.Id} holds {input} up to offset {target}, but the topic ends at {end}: it was made "
                    + "anew. Reset the sink's position, or use another application id.");
            }

            var known = target ?? task.Committed![input];
            var isLost = known is not null && _lostInputs.Contains(input);
            if (known is { } at && !isLost)
            {
                positions[i] = at;
                continue;
            }

            if (FirstOffset(task, input, beginning, end) is not { } first)
                return null;
            if (isLost)
                RuntimeLog.InputLost(parts.Logger, task.Id, input, known!.Value, beginning, end, first);
            positions[i] = first;
        }

        _lostInputs.ExceptWith(task.Inputs);
        return positions;
    }

    /// <summary>Where the reset policy of an input begins; null where the broker does not tell now.</summary>
    private long? FirstOffset(ActiveTask task, TopicPartition input, long beginning, long end)
    {
        var policy = parts.Topics.ResetPolicyOf(input.Topic);
        if (policy.Duration is { } back)
            return parts.Admin.TryOffsetAt(input, Math.Max(0, Now - (long)back.TotalMilliseconds), end, CallTimeout);
        if (policy == AutoOffsetReset.None)
        {
            throw new StreamsException(
                $"The group has no offset of {input} that it could go on from, and auto.offset.reset is none: set the group's offset with "
                + "Kafka's tools, or choose earliest or latest.")
            {
                Task = task.Id,
            };
        }

        return policy == AutoOffsetReset.Latest ? end : beginning;
    }

    private void Refresh()
    {
        _running = [.. _tasks.Values.Where(t => t.Phase == TaskPhase.Running)];
        _routes.Clear();
        _last = null;
        foreach (var task in _running)
        {
            for (var i = 0; i < task.Inputs.Length; i++)
                _routes.Add(task.Inputs[i], (task, i));
        }

        commit.Collector.Changelogs.Clear();
        commit.Collector.Changelogs.UnionWith(
            _running.SelectMany(t => t.State!.Changelogs).Where(c => !c.IsSource).Select(c => c.Partition.Topic));
    }
}
