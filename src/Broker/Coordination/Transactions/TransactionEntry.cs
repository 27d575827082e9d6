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
    private TransactionState _state = state;
    private TransactionState _verifiable = state;
    private long _durableTo;
    private bool _failed;

    /// <summary>The state as of the last step, durable or not.</summary>
    public TransactionState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
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
            if (_state.Status is TransactionStatus.Dead)
            {
                return TransactionDecision.Refuse(ErrorCode.TransactionalIdNotFound);
            }

            decision = decide(_state);
            Take(decision.Next);
            durableTo = _durableTo;
        }

        if (await log.WaitDurableAsync(durableTo) is not ErrorCode.None)
        {
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
            Take(step(_state));
        }
    }

    private void Take(TransactionState? next)
    {
        if (next is null)
        {
            return;
        }

        if (_failed)
        {
            throw new CoordinatorFailedException();
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
            _failed = true;
            throw new CoordinatorFailedException();
        }

        _durableTo = appended.NextOffset;
        _state = next;
        if (next.Status is not TransactionStatus.Ongoing)
        {
            Volatile.Write(ref _verifiable, next);
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
}
