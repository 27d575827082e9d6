using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// The edge of one transactional id: takes one step at a time, appends it, and says when it is durable. Safe for
/// concurrent use.
/// </summary>
internal sealed class TransactionEntry(TransactionState state, PartitionLog log, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<Step> _steps = []; // the last durable one at most, and all that are not durable
    private readonly TransactionState _first = state;
    private TransactionState _state = state;
    private TransactionState _verifiable = state;
    private bool _completing;

    /// <summary>The state as of the last step, durable or not.</summary>
    public TransactionState State
    {
        get
        {
            lock (_gate)
            {
                TakeBackLost();
                return _state;
            }
        }
    }

    /// <summary>
    /// Makes the caller the one who completes a prepared transaction, until <see cref="EndCompletion"/>; false when somebody else
    /// is, or the state is another. Markers written twice could end a transaction that has begun since.
    /// </summary>
    public bool TryBeginCompletion(TransactionState prepared)
    {
        lock (_gate)
        {
            TakeBackLost();
            if (_completing || !ReferenceEquals(_state, prepared))
            {
                return false;
            }

            return _completing = true;
        }
    }

    /// <summary>Ends <see cref="TryBeginCompletion"/>.</summary>
    public void EndCompletion()
    {
        lock (_gate)
        {
            _completing = false;
        }
    }

    /// <summary>
    /// What writers are held to. A step that forbids counts at once; one that allows counts when it is durable, else a crash
    /// could leave records behind that belong to no known transaction.
    /// </summary>
    public TransactionState Verifiable => Volatile.Read(ref _verifiable);

    /// <summary>Takes a step, if <paramref name="decide"/> comes to one, and waits until the state it rests on is durable.</summary>
    /// <returns>
    /// The decision; its error is <see cref="ErrorCode.TransactionalIdNotFound"/>, which no rule gives, when the id has been
    /// forgotten meanwhile.
    /// </returns>
    /// <exception cref="CoordinatorFailedException">The log cannot be written.</exception>
    public async ValueTask<TransactionDecision> StepAsync(Func<TransactionState, TransactionDecision> decide)
    {
        TransactionDecision decision;
        long durableTo;
        lock (_gate)
        {
            TakeBackLost();
            if (_state.Status is TransactionStatus.Dead)
            {
                return TransactionDecision.Refuse(ErrorCode.TransactionalIdNotFound);
            }

            decision = decide(_state);
            Take(decision.Next);
            durableTo = _steps.Count == 0 ? 0 : _steps[^1].Next;
        }

        if (await log.WaitDurableAsync(durableTo) is not ErrorCode.None)
        {
            lock (_gate)
            {
                TakeBackLost();
            }

            throw new CoordinatorFailedException();
        }

        if (decision.Next is { Status: TransactionStatus.Ongoing } ongoing)
        {
            Allow(ongoing);
        }

        return decision;
    }

    /// <summary>Takes a step that nobody waits for.</summary>
    /// <exception cref="CoordinatorFailedException">The log cannot be written.</exception>
    public void Advance(Func<TransactionState, TransactionState?> step)
    {
        lock (_gate)
        {
            TakeBackLost();
            Take(step(_state));
        }
    }

    private void Take(TransactionState? next)
    {
        if (next is null)
        {
            return;
        }

        var batch = new RecordBatchBuilder();
        batch.Append(
            clock.GetUtcNow().ToUnixTimeMilliseconds(),
            TransactionRecordCodec.WriteKey(next.TransactionalId),
            TransactionRecordCodec.WriteValue(next));
        var appended = log.Append(batch.Build(), AppendOrigin.Coordinator);
        if (appended.Error is not ErrorCode.None)
        {
            CoordinationLogs.AppendRefused(logger, log.Partition.Topic, log.Partition.Partition, appended.Error);
            throw new CoordinatorFailedException();
        }

        while (_steps.Count > 1 && _steps[1].Next <= log.HighWatermark)
        {
            _steps.RemoveAt(0);
        }

        _steps.Add(new Step(appended.NextOffset, appended.Incarnation, next));
        _state = next;
        if (next.Status is not TransactionStatus.Ongoing)
        {
            Volatile.Write(ref _verifiable, next);
        }
    }

    /// <summary>
    /// Goes back to the last step that is in the log. What the log lost when its disk failed was not durable, so nobody was
    /// told of it.
    /// </summary>
    private void TakeBackLost()
    {
        var before = _steps.Count;
        while (_steps.Count > 0 && log.IsLost(_steps[^1].Next, _steps[^1].Incarnation))
        {
            _steps.RemoveAt(_steps.Count - 1);
        }

        if (_steps.Count < before)
        {
            _state = _steps.Count == 0 ? _first : _steps[^1].State;
            Volatile.Write(ref _verifiable, _state);
        }
    }

    private void Allow(TransactionState ongoing)
    {
        lock (_gate)
        {
            // Of several steps on their way the widest counts; whatever forbids has counted before.
            if (_state.Status is TransactionStatus.Ongoing
                && _state.Producer == ongoing.Producer
                && (_verifiable.Status is not TransactionStatus.Ongoing
                    || ongoing.Partitions.Count > _verifiable.Partitions.Count))
            {
                Volatile.Write(ref _verifiable, ongoing);
            }
        }
    }

    private readonly record struct Step(long Next, int Incarnation, TransactionState State);
}
