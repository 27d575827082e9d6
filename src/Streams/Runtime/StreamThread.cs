using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.Queries;
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
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ViewPatience = TimeSpan.FromSeconds(3);
    private const int RecordsPerPoll = 5_000;
    private const int RecordsBetweenClockReads = 128;

    private readonly ThreadParts _parts;
    private readonly StreamsConfig _config;
    private readonly ILogger _logger;
    private readonly ThreadMetrics _metrics;
    private readonly TaskSet _tasks;
    private readonly ThreadCommit _commit;
    private readonly ChangelogRestorer _restorer;
    private readonly Subscription _subscription;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IStreamConsumer? _consumer;
    private IReadOnlyList<TaskId>? _wanted;
    private volatile bool _stopping;
    private bool _readsStale;
    private long? _joinedAt;

    public StreamThread(ThreadParts parts)
    {
        _parts = parts;
        (_config, _logger, _metrics) = (parts.Config, parts.Logger, parts.Metrics);
        _restorer = new ChangelogRestorer(
            () => parts.Clients.CreateRestoreConsumer(parts.ClientId + "-restore"), CallTimeout, _logger);
        _commit = new ThreadCommit(parts);
        _tasks = new TaskSet(parts, _commit, _restorer);
        _subscription = new Subscription(parts, this);
        _thread = new Thread(Run) { Name = parts.Name, IsBackground = true };
    }

    public string Name => _parts.Name;

    /// <summary>Ends when the thread does; faulted where it died of an error.</summary>
    public Task Ended => _ended.Task;

    /// <summary>True while the thread is in the group and all its tasks take records.</summary>
    public bool IsRunning { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Asks the thread to commit, close its tasks and leave the group.</summary>
    public void RequestStop() => _stopping = true;

    public IReadOnlyCollection<StartingPoint> OnJoined(string memberId, object groupMetadata)
    {
        _wanted = null;
        _joinedAt = _config.Clock.GetTimestamp();
        var members = _consumer!.TryMembers(_config.ApplicationId, CallTimeout);
        var counts = _consumer.TryPartitionCounts(CallTimeout);
        if (members is null || counts is null || !members.Any(m => m.MemberId == memberId))
        {
            RuntimeLog.ViewNotStable(_logger, Name);
            return [];
        }

        var topics = _parts.Topics.Refresh(counts);
        if (_parts.Topics.HasPatterns)
            new TopicPreparation(_config, _parts.Topics.Topology, _parts.Clients).Complete(topics, counts);
        var identities = members.Select(m => MemberIdentity.Parse(m.ClientId)).OfType<MemberIdentity>();
        var assignment = RingAssignor.Assign(topics.Tasks, identities);
        _joinedAt = null;
        _parts.Topics.Placement = new GroupPlacement(assignment
            .SelectMany(m => m.Value.Select(task => (task, Host: HostInfo.OfMember(m.Key.Endpoint))))
            .ToDictionary(t => t.task, t => new TaskPlacement(t.Host, [])));
        _wanted = assignment.GetValueOrDefault(_parts.Identity) ?? [];
        _commit.OnJoined(_consumer, groupMetadata);
        RuntimeLog.Assigned(_logger, Name, _wanted.Count, string.Join(" ", _wanted));
        _tasks.Keep(_wanted);
        _readsStale = false;
        return _tasks.StartingPoints();
    }

    public void OnRevoked()
    {
        if (_wanted is null)
            return;
        Guard(() => _commit.Commit(_tasks.Running));
        _wanted = null;
    }

    public void OnLost()
    {
        if (_wanted is null && !_tasks.Any)
            return;
        RuntimeLog.MembershipLost(_logger, Name);
        _wanted = null;
        Undo(isFenced: false);
    }

    public void OnRecord(in RawRecord record) => _tasks.Add(record);

    public void OnEnd(TopicPartition partition, long offset) => _tasks.OnEnd(partition, offset);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the thread is handed to whoever awaits its end")]
    private void Run()
    {
        Exception? error = null;
        _metrics.State = StreamThreadState.Starting;
        try
        {
            using var consumer = _consumer = _parts.Clients.CreateConsumer(_parts.ClientId, _parts.GroupInstanceId);
            _commit.Open();
            _subscription.Begin(consumer);
            while (!_stopping)
                RunOnce();
            _metrics.State = StreamThreadState.PendingShutdown;
            if (_wanted is not null)
                Guard(() => _commit.Commit(_tasks.Running));
            _tasks.CloseAll();
            _wanted = null;
            consumer.Close();
            RuntimeLog.Stopped(_logger, Name);
        }
        catch (Exception e)
        {
            RuntimeLog.Died(_logger, Name, e);
            _tasks.Abandon();
            error = e;
        }
        finally
        {
            IsRunning = false;
            _restorer.Dispose();
            _commit.Dispose();
            _metrics.State = StreamThreadState.Dead;
            _metrics.Dispose();
        }

        if (error is null)
            _ended.SetResult();
        else
            _ended.SetException(error);
    }

    private void RunOnce()
    {
        _subscription.Refresh(_consumer!);
        var polled = Poll();
        if (_wanted is null)
        {
            IsRunning = false;
            _metrics.State = StreamThreadState.PartitionsRevoked;
            RejoinIfForgotten();
            return;
        }

        Guard(() =>
        {
            if (_tasks.Advance(_consumer!))
                _readsStale = true;
            if (_readsStale)
            {
                _consumer!.Assign(_tasks.StartingPoints());
                _readsStale = false;
            }

            Process(drain: polled < RecordsPerPoll);
            _tasks.Punctuate();
            if (_commit.IsDue(_tasks.Running) && _commit.Commit(_tasks.Running))
                _readsStale = true;
        });
        IsRunning = _wanted is not null && _tasks.AllRunning;
        _metrics.State = IsRunning ? StreamThreadState.Running : StreamThreadState.PartitionsAssigned;
    }

    private int Poll()
    {
        var from = _metrics.Timestamp();
        var polled = _consumer!.Poll(PollTimeout(), RecordsPerPoll, this);
        _metrics.Polled(from, _metrics.Timestamp(), polled);
        _metrics.Roll(_metrics.Registry.Now);
        return polled;
    }

    /// <summary>Processes what waits; all of it when the poll has emptied the consumer, else what cannot be ordered better.</summary>
    private void Process(bool drain)
    {
        var processed = 0;
        foreach (var task in _tasks.Running)
        {
            var stream = task.Stream!;
            if (drain && stream.HasGap)
                task.Metrics.Enforced.Increment();
            while (drain || stream.IsProcessable(_config.BufferedRecordsPerPartition))
            {
                var count = ProcessBatch(task, stream);
                processed += count;
                stream.PunctuateStreamTime();
                if (count < RecordsBetweenClockReads)
                    break;
                if (_commit.IsDue(_tasks.Running) && _commit.Commit(_tasks.Running))
                {
                    _readsStale = true;
                    return;
                }
            }
        }

        if (processed > 0)
            _metrics.ProcessRecords.Record(processed);
    }

    /// <summary>Processes some records of a task, as many as fit between two looks at the clock; answers how many there were.</summary>
    private int ProcessBatch(ActiveTask task, StreamTask stream)
    {
        var from = _metrics.Timestamp();
        task.Metrics.Now = _metrics.Registry.Now;
        var count = 0;
        while (count < RecordsBetweenClockReads && ProcessNext(task, stream))
            count++;
        task.Metrics.Processed(count, from, _metrics.Timestamp());
        return count;
    }

    private bool ProcessNext(ActiveTask task, StreamTask stream)
    {
        try
        {
            return stream.ProcessNext();
        }
        catch (Exception e) when (FailureSite.Of(e) is not null && e is not (TransactionLostException or ProductionException or StateCorruptedException))
        {
            var source = task.Context.Current;
            task.Context.Current = default;
            _commit.DeadLetters.OnProcessingError(
                e, source.Topic is null ? null : source, FailureSite.Of(e), task.Id);
            task.Context.CountDropped();
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
            _wanted = null;
            Undo(isFenced: false);
            _consumer!.Rejoin();
        }
    }

    /// <summary>A generation in which the members could not be told, and none follows by itself: asks for another.</summary>
    private void RejoinIfForgotten()
    {
        if (_joinedAt is { } since && _config.Clock.GetElapsedTime(since) > ViewPatience)
        {
            _joinedAt = null;
            _consumer!.Rejoin();
        }
    }

    private void Undo(bool isFenced)
    {
        _tasks.CloseAll();
        _commit.Undo(isFenced);
        _tasks.Keep(_wanted ?? []);
        _readsStale = true;
    }

    private TimeSpan PollTimeout()
    {
        if (_wanted is not null && _tasks.IsBusy)
            return TimeSpan.Zero;
        var limit = _wanted is null ? _config.Poll : _commit.TimeToNext(_tasks.NextWallClockPunctuation);
        return limit < _config.Poll ? limit : _config.Poll;
    }
}
