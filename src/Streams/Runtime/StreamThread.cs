using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// One thread, one consumer, one producer, and the tasks that the ring gives it. Nothing here is shared with other threads
/// but the instance's opener of states, so nothing on the record path locks.
/// </summary>
/// <remarks>
/// The loop: poll -> queues -> process -> punctuate -> commit. Tasks come to life beside it, in steps that never block for long
/// (open the state, restore, claim targets), and only running tasks have their partitions assigned to the consumer.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The thread owns them and disposes of them where it ends")]
internal sealed class StreamThread : IRebalanceListener, IRecordReceiver
{
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(1);
    private const int RecordsPerPoll = 5_000;
    private const int RecordsBetweenClockReads = 128;
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProcessSlice = TimeSpan.FromMilliseconds(100);

    private readonly ThreadParts _parts;
    private readonly StreamsConfig _config;
    private readonly ILogger _logger;
    private readonly ThreadMetrics _metrics;
    private readonly GroupMembership _membership;
    private readonly TaskSet _tasks;
    private readonly ThreadCommit _commit;
    private readonly ThreadCalls _calls;
    private readonly ChangelogReader _changelogs;
    private readonly Subscription _subscription;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IStreamConsumer? _consumer;
    private volatile bool _stopping;
    private volatile bool _leavesGroup = true;
    private volatile bool _isRunning;
    private bool _hasLeft;
    private bool _wasPaused;
    private int _turn;
    private bool _readsStale;
    private bool _isInputLost;
    private bool _hasAskedForMoves;
    private int _lastTaken; // the generation of the last decision that was taken
    private long _decidedAt;
    private long _turnedAt;

    public StreamThread(ThreadParts parts)
    {
        _parts = parts;
        (_config, _logger, _metrics) = (parts.Config, parts.Logger, parts.Metrics);
        _membership = new GroupMembership(parts);
        _changelogs = new ChangelogReader(parts);
        _commit = new ThreadCommit(parts);
        _calls = new ThreadCalls(parts, _commit);
        _tasks = new TaskSet(parts, _commit, _changelogs);
        _subscription = new Subscription(parts, this);
        _thread = new Thread(Run) { Name = parts.Name, IsBackground = true };
        _turnedAt = _config.Clock.GetTimestamp();
    }

    public string Name => _parts.Name;

    /// <summary>From 1 in its instance.</summary>
    public int Number => _parts.Identity.Thread;

    /// <summary>What becomes of the instance, where the thread has died of an error.</summary>
    public UncaughtExceptionVerdict? Verdict { get; private set; }

    public bool IsStopping => _stopping;

    /// <summary>What its caches may hold back; may be changed by any thread.</summary>
    public long CacheBytes
    {
        get => _tasks.CacheBytes;
        set => _tasks.CacheBytes = value;
    }

    /// <summary>Ends when the thread does; faulted where it died of an error.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True while the thread is in the group and all its tasks take records.</summary>
    public bool IsRunning
    {
        get => _isRunning;
        private set
        {
            if (_isRunning == value)
                return;
            _isRunning = value;
            _parts.Changed();
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Asks the thread to commit, close its tasks and, perhaps, leave the group.</summary>
    public void RequestStop(bool leavesGroup)
    {
        if (_stopping)
            return;
        _leavesGroup = leavesGroup;
        _stopping = true;
    }

    /// <summary>The thread as it was a moment ago; for any thread.</summary>
    public ThreadMetadata Metadata()
    {
        var (active, standby) = _tasks.Snapshot;
        return new ThreadMetadata(Name, ThreadMetrics.NameOf(_metrics.State), _parts.ClientId, active, standby);
    }

    /// <summary>What the thread does and what it waits for; for any thread.</summary>
    public ThreadHealth Health()
    {
        var (active, standby) = _tasks.Snapshot;
        var standstills = new List<Standstill>();
        var turn = _config.Clock.GetElapsedTime(Volatile.Read(ref _turnedAt));
        if (turn > LongestTurn)
        {
            standstills.Add(new Standstill(StandstillReason.Stuck,
                $"{Name} has not come back for {turn.TotalSeconds:F0} s, from code of the topology or a call to a client; after max.poll.interval.ms its group goes on without it."));
        }

        if (_metrics.State is StreamThreadState.Created or StreamThreadState.Starting or StreamThreadState.PartitionsRevoked)
            standstills.Add(new Standstill(StandstillReason.Joining, $"{Name} waits for its group to give out tasks."));
        else
            standstills.AddRange(_tasks.Standstills);
        return new ThreadHealth(active.Count, standby.Count, standstills.ConvertAll(s => s with { ThreadName = Name }));
    }

    public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata)
    {
        _commit.OnJoined(_consumer!, groupMetadata);
        _membership.OnJoined(memberId, generation);
        return []; // nothing is read before it is decided who reads it
    }

    public void OnRevoked()
    {
        if (_hasLeft)
            return;
        if (_membership.Current is not null)
            Guard(CommitOrUndo);
        _membership.OnEnded();
        _tasks.NotePositions();
        _parts.Group.PublishAsync(_parts.Identity.Instance, _parts.Positions.Snapshot()).Wait(ReportPatience);
    }

    public void OnLost()
    {
        if (_hasLeft || (_membership.Current is null && !_tasks.Any))
            return;
        RuntimeLog.MembershipLost(_logger, Name);
        GiveUp();
    }

    public void OnRecord(in RawRecord record) => _tasks.Add(record);

    public void OnEnd(TopicPartition partition, long offset) => _tasks.OnEnd(partition, offset);

    public void OnOutOfRange(TopicPartition partition)
    {
        _tasks.OnOutOfRange(partition);
        _isInputLost = true;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the thread is handed to whoever awaits its end")]
    private void Run()
    {
        Exception? error = null;
        _metrics.State = StreamThreadState.Starting;
        try
        {
            Work();
            RuntimeLog.Stopped(_logger, Name);
        }
        catch (Exception e)
        {
            error = e;
            RuntimeLog.Died(_logger, Name, e);
            _tasks.Abandon();
            Verdict = _parts.Judge(e);
            LeaveDead();
        }
        finally
        {
            IsRunning = false;
            _membership.OnEnded();
            _consumer?.Dispose();
            _changelogs.Dispose();
            _commit.Dispose();
            _metrics.State = StreamThreadState.Dead;
            _metrics.Dispose();
        }

        if (error is null)
            _ended.SetResult();
        else
            _ended.SetException(error);
    }

    private void Work()
    {
        _consumer = _parts.Clients.CreateConsumer(
            _parts.ClientId, _parts.GroupInstanceId, tellsEndsSoon: _parts.Topics.Latest.HasTasksOfManyInputs);
        _commit.Open();
        _subscription.Begin(_consumer);
        while (!_stopping)
            RunOnce();
        _metrics.State = StreamThreadState.PendingShutdown;
        if (_membership.Current is not null)
            Guard(CommitOrUndo);
        _tasks.CloseAll();
        Leave();
    }

    private void Leave()
    {
        _membership.OnEnded();
        _hasLeft = true;
        if (!_leavesGroup)
            return; // the group waits for its return until the session is over
        try
        {
            _consumer?.Close();
        }
        catch (StreamsException e)
        {
            RuntimeLog.NotLeft(_logger, Name, e.Message); // all is committed: that the broker is away is no reason to die
        }
    }

    /// <summary>Others need not wait until the session of a thread that died is over.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The thread is ending with an error already; this one would hide it")]
    private void LeaveDead()
    {
        try
        {
            if (Verdict == UncaughtExceptionVerdict.ShutdownApplication)
                _membership.AskShutdown();
            Leave();
        }
        catch (Exception e)
        {
            RuntimeLog.Died(_logger, Name, e);
        }
    }

    private void RunOnce()
    {
        Volatile.Write(ref _turnedAt, _config.Clock.GetTimestamp());
        _subscription.Refresh(_consumer!);
        Poll();
        if (_membership.Current is null)
        {
            IsRunning = false;
            _metrics.State = StreamThreadState.PartitionsRevoked;
            if (_membership.TryTake() is { } decision)
                Guard(() => Take(decision));
            else if (_membership.IsForgotten())
                _consumer!.Rejoin();
            return;
        }

        Guard(() =>
        {
            if (_isInputLost)
            {
                _isInputLost = false;
                Undo(isFenced: false);
            }

            if (_tasks.Advance(_consumer!))
                _readsStale = true;
            AssignReads();
            _calls.Forward(_tasks.Running);
            if (!_wasPaused)
            {
                Process();
                _tasks.Punctuate();
                _readsStale |= _tasks.BoundBuffers();
            }

            CommitIfDue();
            AssignReads();
            AskForMoves();
        });
        IsRunning = _membership.Current is not null && _tasks.AllRunning;
        _metrics.State = IsRunning ? StreamThreadState.Running : StreamThreadState.PartitionsAssigned;
    }

    /// <summary>Commits if it is time to and no call is in flight.</summary>
    private void CommitIfDue()
    {
        var isDue = _commit.IsDue(_tasks.Running);
        if (isDue && !_calls.TrySettle(_tasks.Running))
            return;
        if (isDue && _commit.Commit(_tasks.Running))
            _readsStale = true;
        _calls.Release(_tasks.Running);
    }

    /// <summary>Commits before a record that may have to be undone.</summary>
    private void CommitBeforeSuspect()
    {
        if (_calls.Settle(_tasks.Running) && _commit.Commit(_tasks.Running))
            _readsStale = true;
        _calls.Release(_tasks.Running);
    }

    /// <summary>Commits at the end of a generation. Calls that take too long are given up, and what is not committed is done again.</summary>
    private void CommitOrUndo()
    {
        if (!_calls.Settle(_tasks.Running))
            throw new TransactionLostException($"Calls are still in flight after {_parts.CallLimits.Longest}.", isFenced: false, new TimeoutException());
        _commit.Commit(_tasks.Running);
        _calls.Release(_tasks.Running);
    }

    /// <summary>Tells the consumer what to read, where that has changed.</summary>
    private void AssignReads()
    {
        var isPaused = _parts.Pause.IsOn;
        if (!_readsStale && isPaused == _wasPaused)
            return;
        _consumer!.Assign(isPaused ? [] : _tasks.StartingPoints());
        (_readsStale, _wasPaused) = (false, isPaused);
    }

    /// <summary>Does what the leader of the generation has decided.</summary>
    private void Take(GroupDecision decision)
    {
        if (decision.IsShutdown)
            throw new ApplicationShutdownException();
        _parts.Topics.Refresh(decision.Topics);
        var mine = decision.Assignment.Members.GetValueOrDefault(_parts.Identity.Name) ?? MemberTasks.None;
        RuntimeLog.Assigned(
            _logger, Name, mine.Active.Count, string.Join(" ", mine.Active), mine.Standby.Count, string.Join(" ", mine.Standby), mine.Warmup.Count, string.Join(" ", mine.Warmup));
        _parts.Topics.Placement = decision.Placement();
        if (decision.After != _lastTaken)
            _tasks.CloseActive(); // a decision was missed: others may have gone on with what is still open here
        _lastTaken = decision.Generation;
        _tasks.Keep(mine);
        _readsStale = true;
        (_hasAskedForMoves, _decidedAt) = (false, _config.Clock.GetTimestamp());
    }

    /// <summary>Asks for a new generation once, when what this member warms up for can move to it, or nobody has asked for long.</summary>
    private void AskForMoves()
    {
        if (_hasAskedForMoves || _membership.Current is not { } decision)
            return;
        var isProbe = decision.Assignment.IsUnsettled
            && _config.Clock.GetElapsedTime(_decidedAt) > _config.ProbingRebalanceInterval;
        if (!isProbe && !_tasks.AreWarmupsNear)
            return;
        RuntimeLog.MovesAsked(_logger, Name);
        _hasAskedForMoves = true;
        _consumer!.Rejoin();
    }

    /// <summary>Takes more records when those before are processed; else one, which keeps the membership alive and brings news of the group.</summary>
    private void Poll()
    {
        var from = _metrics.Timestamp();
        var since = RecordTracing.IsOn ? _config.Clock.GetUtcNow() : default;
        _tasks.BeginPoll();
        var timeout = PollTimeout();
        if (timeout > TimeSpan.Zero && ThreadCalls.AnyInFlight(_tasks.Running))
        {
            _calls.Wait(timeout);
            timeout = TimeSpan.Zero;
        }

        var polled = _consumer!.Poll(timeout, (_tasks.HasBacklog || !_tasks.NeedsRecords) && !_wasPaused ? 1 : RecordsPerPoll, this);
        _metrics.Polled(from, _metrics.Timestamp(), polled);
        if (polled > 0 && since != default)
            RecordTracing.Polled(since, polled, _config.ApplicationId, Name);
        _metrics.Roll(_metrics.Registry.Now);
        _readsStale |= _tasks.EndPoll();
    }

    /// <summary>
    /// Processes what waits, as long as it may take until the next poll: a consumer that does not poll is thrown out, and does not hear of
    /// rebalances.
    /// </summary>
    private void Process()
    {
        var (processed, began) = (0, _config.Clock.GetTimestamp());
        var running = _tasks.Running;
        for (var i = 0; i < running.Count && !HasToStop(began); i++)
        {
            _turn = (_turn + 1) % running.Count;
            processed += Process(running[_turn], began);
        }

        if (processed > 0)
            _metrics.ProcessRecords.Record(processed);
    }

    private int Process(ActiveTask task, long began)
    {
        var (stream, processed) = (task.Stream!, 0);
        int count;
        do
        {
            if (task.HasSuspect && task.TakeSuspect())
                CommitBeforeSuspect();
            count = ProcessBatch(task, stream);
            processed += count;
            stream.PunctuateStreamTime();
            CommitIfDue();
        }
        while ((count == RecordsBetweenClockReads || (count > 0 && task.HasSuspect)) && !HasToStop(began));
        if (processed > 0 && stream.HasGap && !stream.IsWaiting)
            task.Metrics.Enforced.Increment();
        return processed;
    }

    private bool HasToStop(long began) => _readsStale || _config.Clock.GetElapsedTime(began) > ProcessSlice;

    /// <summary>Processes some records of a task, as many as fit between two looks at the clock; answers how many there were.</summary>
    private int ProcessBatch(ActiveTask task, StreamTask stream)
    {
        var from = _metrics.Timestamp();
        task.Metrics.Now = _metrics.Registry.Now;
        var count = 0;
        var most = task.HasSuspect ? 1 : RecordsBetweenClockReads;
        while (count < most && ProcessNext(task, stream))
            count++;
        task.Metrics.Processed(count, from, _metrics.Timestamp());
        return count;
    }

    private bool ProcessNext(ActiveTask task, StreamTask stream)
    {
        try
        {
            return stream.ProcessNext(_config.MaxTaskIdle, task.Metrics.Now);
        }
        catch (Exception e) when (ThreadCalls.IsOfRecord(e))
        {
            _calls.OnFailure(task, e);
            return true;
        }
    }

    /// <summary>Runs a step that may lose the transaction or a claim; what was not committed is then undone and done again.</summary>
    private void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (TransactionLostException e)
        {
            RuntimeLog.TransactionLost(_logger, Name, e.Message);
            Undo(e.IsFenced);
        }
        catch (Exception e) when (RetriableException.In(e) is not null)
        {
            var failed = _tasks.Running.FirstOrDefault(static t => t.Context.Current.Topic is not null);
            var record = failed?.Context.Current;
            var retryAt = _tasks.Outages.RetryAt(record ?? default, e);
            _tasks.Undo(() => _commit.Undo(isFenced: false), keepsStates: true);
            _readsStale = true;
            _tasks.Hold(failed?.Id, record, retryAt);
        }
        catch (StateCorruptedException e) when (e.Task is { } task)
        {
            // Opening the task again finds the mark, wipes its folder and restores it from the changelogs.
            RuntimeLog.StateCorrupted(_logger, task, e);
            Undo(isFenced: false);
        }
        catch (SinkFencedException e) when (e.Task is { } task)
        {
            // Whoever has it now is of a newer generation, or believes so: settle it with a generation that both see.
            RuntimeLog.SinkFenced(_logger, task, "The target");
            GiveUp();
            _consumer!.Rejoin();
        }
    }

    /// <summary>Drops what is not committed and begins again at what is.</summary>
    private void Undo(bool isFenced)
    {
        _tasks.Undo(() => _commit.Undo(isFenced), keepsStates: false);
        _readsStale = true;
    }

    /// <summary>Drops what is not committed, and takes nothing up before the group has decided again.</summary>
    private void GiveUp()
    {
        _membership.OnEnded();
        _tasks.CloseActive();
        _commit.Undo(isFenced: false);
        IsRunning = false;
    }

    private TimeSpan PollTimeout()
    {
        if (_membership.IsWaiting || (_membership.Current is not null && !_wasPaused && _tasks.IsBusy))
            return TimeSpan.Zero;
        var limit = _membership.Current is null || _wasPaused ? _config.Poll : _commit.TimeToNext(_tasks.Running, _tasks.NextWallClockPunctuation);
        return limit < _config.Poll ? limit : _config.Poll;
    }
}
