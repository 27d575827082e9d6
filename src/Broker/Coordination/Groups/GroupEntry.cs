using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// The edge of one <see cref="Group"/>: takes one command at a time, appends what it writes, holds every answer until all
/// that was written before is durable, and keeps the group's timer. Safe for concurrent use.
/// </summary>
internal sealed class GroupEntry : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Group _group;
    private readonly PartitionLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<GroupEntry> _onDead;
    private readonly Action<GroupEntry> _onFailed;
    private readonly int _incarnation;
    private readonly Dictionary<long, TaskCompletionSource<JoinAnswer>> _joins = [];
    private readonly Dictionary<long, TaskCompletionSource<SyncAnswer>> _syncs = [];
    private readonly ITimer _timer;
    private long _timerDue = Instant.Never;
    private long _durableTo;
    private long _lastTicket;
    private bool _failed;
    private bool _closed;

    /// <summary>The edge of a group; its timer does not run before the first command or <see cref="Start"/>.</summary>
    /// <param name="group">The group; nobody else may use it from here on.</param>
    /// <param name="log">The partition that holds it.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="onDead">Called, with this entry locked, when the group has ended.</param>
    /// <param name="onFailed">
    /// Called, with this entry locked perhaps, when the group's state is ahead of what its log holds, so that it must be read again.
    /// </param>
    /// <param name="logger">Where failures are reported.</param>
    public GroupEntry(
        Group group,
        PartitionLog log,
        TimeProvider clock,
        Action<GroupEntry> onDead,
        Action<GroupEntry> onFailed,
        ILogger logger)
    {
        _onFailed = onFailed;
        _incarnation = log.Incarnation;
        _group = group;
        _log = log;
        _clock = clock;
        _onDead = onDead;
        _logger = logger;
        _timer = clock.CreateTimer(static entry => ((GroupEntry)entry!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The group's name.</summary>
    public string Id => _group.Id;

    /// <summary>The group's state as of now, which may change at any moment.</summary>
    public GroupState State => _group.State;

    /// <summary>The partition of <c>__consumer_offsets</c> that holds the group.</summary>
    public PartitionLog Log => _log;

    /// <summary>Starts the timer of a group that was read from its log.</summary>
    public void Start()
    {
        lock (_gate)
        {
            SetTimer();
        }
    }

    /// <summary>
    /// Runs a command whose result is known at once. Ends when everything that the result rests on is durable.
    /// </summary>
    /// <returns>The result; or that the group has ended, and another of its name has to be taken or made.</returns>
    /// <exception cref="CoordinatorFailedException">The log cannot be written.</exception>
    public async ValueTask<GroupResult<T>> RunAsync<T>(Func<Group, Instant, GroupEffects, T> command)
    {
        T result;
        long durableTo;
        lock (_gate)
        {
            if (_group.State is GroupState.Dead)
            {
                return default;
            }

            var effects = new GroupEffects();
            result = command(_group, Begin(), effects);
            End(effects);
            durableTo = _durableTo;
        }

        await WaitDurableAsync(durableTo);
        return new GroupResult<T>(result);
    }

    /// <inheritdoc cref="RunAsync"/>
    public async ValueTask<GroupResult<JoinAnswer>> JoinAsync(JoinCommand join)
    {
        Task<JoinAnswer> answer;
        lock (_gate)
        {
            if (_group.State is GroupState.Dead)
            {
                return default;
            }

            var effects = new GroupEffects();
            var now = Begin();
            join = join with { Ticket = ++_lastTicket };
            answer = Await(_joins, join.Ticket);
            _group.Join(join, now, effects);
            End(effects);
        }

        return new GroupResult<JoinAnswer>(await answer);
    }

    /// <inheritdoc cref="RunAsync"/>
    public async ValueTask<GroupResult<SyncAnswer>> SyncAsync(SyncCommand sync)
    {
        Task<SyncAnswer> answer;
        lock (_gate)
        {
            if (_group.State is GroupState.Dead)
            {
                return default;
            }

            var effects = new GroupEffects();
            var now = Begin();
            sync = sync with { Ticket = ++_lastTicket };
            answer = Await(_syncs, sync.Ticket);
            _group.Sync(sync, now, effects);
            End(effects);
        }

        return new GroupResult<SyncAnswer>(await answer);
    }

    /// <summary>Commits offsets as part of a producer's transaction.</summary>
    /// <param name="by">Who commits.</param>
    /// <param name="producer">The producer.</param>
    /// <param name="offsets">The offsets.</param>
    /// <param name="verify">Whether this partition is part of the producer's open transaction now.</param>
    /// <param name="accepted">Called, with this entry locked, before the offsets are appended.</param>
    public async ValueTask<GroupResult<IReadOnlyList<PartitionResult>>> CommitTransactionalAsync(
        Committer by,
        ProducerIdentity producer,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        Func<TopicPartition, ErrorCode> verify,
        Action accepted)
    {
        IReadOnlyList<PartitionResult> results;
        long durableTo;
        lock (_gate)
        {
            if (_group.State is GroupState.Dead)
            {
                return default;
            }

            Begin();
            results = CommitTransactional(by, producer, offsets, verify, accepted);
            durableTo = _durableTo;
        }

        await WaitDurableAsync(durableTo);
        return new GroupResult<IReadOnlyList<PartitionResult>>(results);
    }

    /// <summary>A marker that ends a producer's transaction stands, durable, in this group's partition.</summary>
    public void CompleteTransaction(long producerId, bool committed)
    {
        lock (_gate)
        {
            _group.CompleteTransaction(producerId, committed);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _closed = true;
            FailWaiting();
        }
    }

    private IReadOnlyList<PartitionResult> CommitTransactional(
        Committer by,
        ProducerIdentity producer,
        IReadOnlyList<(TopicPartition Partition, CommittedOffset Value)> offsets,
        Func<TopicPartition, ErrorCode> verify,
        Action accepted)
    {
        // The token first, the question after: a marker that comes between the two makes it void. Without a token the
        // transaction has begun here, and needs nobody's word.
        var token = _log.BeginVerification(producer.Id, producer.Epoch);
        var error = token is null ? ErrorCode.None : verify(_log.Partition);
        var effects = new GroupEffects();
        if (error is ErrorCode.None)
        {
            accepted();
            var results = _group.CommitTransactional(by, producer, offsets, effects);
            if (effects.Records.Count == 0)
            {
                return results;
            }

            error = Append(effects, token);
            if (error is ErrorCode.None)
            {
                foreach (var record in effects.Records)
                {
                    _group.PendOffset(producer.Id, (OffsetRecord)record);
                }

                return results;
            }
        }

        if (token is not null)
        {
            _log.CancelVerification(token);
        }

        return [.. offsets.Select(o => new PartitionResult(o.Partition, error))];
    }

    private Instant Begin()
    {
        // What was not durable when the log failed is not in it any more, even if nobody waited for it here.
        if (_incarnation != _log.Incarnation)
        {
            Fail();
        }

        if (_failed || _closed)
        {
            throw new CoordinatorFailedException();
        }

        return Instant.Read(_clock);
    }

    /// <summary>Puts a command's effects into force, and those of everything that is due.</summary>
    private void End(GroupEffects effects)
    {
        try
        {
            Settle(effects);
        }
        catch
        {
            // The state is ahead of the log; only reading it again brings them together.
            Fail();
            throw;
        }
    }

    private void Settle(GroupEffects effects)
    {
        while (true)
        {
            if (Append(effects, token: null) is not ErrorCode.None)
            {
                throw new CoordinatorFailedException();
            }

            foreach (var (ticket, answer) in effects.Joins)
            {
                Release(_joins, ticket, answer);
            }

            foreach (var (ticket, answer) in effects.Syncs)
            {
                Release(_syncs, ticket, answer);
            }

            var now = Instant.Read(_clock);
            if (_group.State is GroupState.Dead)
            {
                _onDead(this);
                return;
            }

            if (_group.NextDeadline > now.ElapsedMs)
            {
                SetTimer();
                return;
            }

            effects = new GroupEffects();
            _group.Tick(now, effects);
        }
    }

    private ErrorCode Append(GroupEffects effects, VerificationToken? token)
    {
        if (effects.Records.Count == 0)
        {
            return ErrorCode.None;
        }

        var transactional = effects.Producer is not null;
        var batch = new RecordBatchBuilder
        {
            ProducerId = effects.Producer?.Id ?? -1,
            ProducerEpoch = effects.Producer?.Epoch ?? -1,
            BaseSequence = transactional ? 0 : -1,
            IsTransactional = transactional,
        };
        var timestamp = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var record in effects.Records)
        {
            var (key, value) = GroupRecordCodec.Write(_group.Id, record);
            batch.Append(timestamp, key, value);
        }

        var appended = _log.Append(batch.Build(), AppendOrigin.Coordinator, token, requireVerification: transactional);
        if (appended.Error is ErrorCode.None)
        {
            _durableTo = appended.NextOffset;
        }
        else
        {
            CoordinationLogs.AppendRefused(_logger, _log.Partition.Topic, _log.Partition.Partition, appended.Error);
        }

        return appended.Error;
    }

    private static Task<T> Await<T>(Dictionary<long, TaskCompletionSource<T>> waiting, long ticket)
    {
        var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Add(ticket, source);
        return source.Task;
    }

    private void Release<T>(Dictionary<long, TaskCompletionSource<T>> waiting, long ticket, T answer)
    {
        if (waiting.Remove(ticket, out var source))
        {
            _ = ReleaseAsync(source, answer, _durableTo);
        }
    }

    private async Task ReleaseAsync<T>(TaskCompletionSource<T> source, T answer, long durableTo)
    {
        if (await _log.WaitDurableAsync(durableTo) is ErrorCode.None)
        {
            source.TrySetResult(answer);
        }
        else
        {
            FailLater();
            source.TrySetException(new CoordinatorFailedException());
        }
    }

    private async ValueTask WaitDurableAsync(long durableTo)
    {
        if (await _log.WaitDurableAsync(durableTo) is not ErrorCode.None)
        {
            FailLater();
            throw new CoordinatorFailedException();
        }
    }

    private void FailLater()
    {
        lock (_gate)
        {
            Fail();
        }
    }

    /// <summary>Answers nobody any more: another entry takes this one's place, with the state that the log holds.</summary>
    private void Fail()
    {
        if (_failed || _closed)
        {
            return;
        }

        _failed = true;
        FailWaiting();
        _onFailed(this);
    }

    private void FailWaiting()
    {
        foreach (var source in _joins.Values)
        {
            source.TrySetException(new CoordinatorFailedException());
        }

        foreach (var source in _syncs.Values)
        {
            source.TrySetException(new CoordinatorFailedException());
        }

        _joins.Clear();
        _syncs.Clear();
    }

    /// <summary>Sets the timer when it would ring too late. Ringing too early is cheap: it is only set again.</summary>
    private void SetTimer()
    {
        var next = _group.NextDeadline;
        if (next >= _timerDue)
        {
            return;
        }

        _timerDue = next;
        var wait = Math.Clamp(next - Instant.Read(_clock).ElapsedMs, 1, int.MaxValue);
        _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = Instant.Never;
            if (_failed || _closed || _group.State is GroupState.Dead)
            {
                return;
            }

            try
            {
                End(new GroupEffects());
            }
            catch (CoordinatorFailedException)
            {
                // Those who wait have been told; the refusal was logged.
            }
        }
    }
}

/// <summary>What a command came to, or nothing when its group had ended before.</summary>
internal readonly struct GroupResult<T>(T value)
{
    /// <summary>Whether the command was run.</summary>
    public bool HasValue { get; } = true;

    /// <summary>The result.</summary>
    public T Value { get; } = value;
}
