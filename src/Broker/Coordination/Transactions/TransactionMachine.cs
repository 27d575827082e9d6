using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// The rules of transactions (KIP-98, KIP-360, the first part of KIP-890) as pure functions from a state and a request to
/// the next state. The edge holds the state of each transactional id, takes one request for it at a time, and counts a
/// state as taken when it hands it to the log; answers, and markers, wait until it is durable there.
/// </summary>
/// <remarks>The order of the checks is that of a Kafka 3.9.1 broker: producer id, epoch, then the state.</remarks>
internal static class TransactionMachine
{
    /// <summary>
    /// InitProducerId: gives the client an epoch of its own and fences the one before. A transaction that the old one left open
    /// is aborted first, under a raised epoch that no client gets to see; the client asks again.
    /// </summary>
    /// <param name="state">The state; of an unknown id <see cref="TransactionState.New"/>.</param>
    /// <param name="expected">Who the client believes to be, or null (KIP-360).</param>
    /// <param name="timeoutMs">How long its transactions may last.</param>
    /// <param name="freshProducerId">A producer id to rotate to when the epochs are used up.</param>
    /// <param name="nowUtc">The time of day.</param>
    public static TransactionDecision Init(
        TransactionState state, ProducerIdentity? expected, int timeoutMs, Func<long> freshProducerId, long nowUtc)
    {
        if (expected is { } claim && !MayBe(state, claim))
        {
            return TransactionDecision.Refuse(ErrorCode.ProducerFenced);
        }

        if (state.Status.IsPrepared())
        {
            return TransactionDecision.Refuse(ErrorCode.ConcurrentTransactions);
        }

        if (state.Status is TransactionStatus.Ongoing)
        {
            return new TransactionDecision(ErrorCode.ConcurrentTransactions, Fence(state, nowUtc));
        }

        if (state.IsEpochExhausted && (expected is null || expected.Value.Epoch == state.Producer.Epoch))
        {
            return TransactionDecision.Accept(state.To(TransactionStatus.Empty, nowUtc) with
            {
                Producer = new ProducerIdentity(freshProducerId(), 0),
                LastEpoch = expected is null ? TransactionState.NoEpoch : state.Producer.Epoch,
                TimeoutMs = timeoutMs,
                Partitions = [],
                StartedUtcMs = -1,
            });
        }

        return RaiseEpoch(state, expected?.Epoch, timeoutMs, nowUtc);
    }

    /// <summary>AddPartitionsToTxn and AddOffsetsToTxn: begins a transaction or widens it.</summary>
    public static TransactionDecision AddPartitions(
        TransactionState? state, ProducerIdentity producer, IReadOnlyCollection<TopicPartition> partitions, long nowUtc)
    {
        if (Check(state, producer) is var error && error is not ErrorCode.None)
        {
            return TransactionDecision.Refuse(error);
        }

        if (state!.Status.IsPrepared())
        {
            return TransactionDecision.Refuse(ErrorCode.ConcurrentTransactions);
        }

        var ongoing = state.Status is TransactionStatus.Ongoing;
        if (ongoing && state.Partitions.IsSupersetOf(partitions))
        {
            return TransactionDecision.Refuse(ErrorCode.None);
        }

        return TransactionDecision.Accept(state.To(TransactionStatus.Ongoing, nowUtc) with
        {
            Partitions = state.Partitions.Union(partitions),
            StartedUtcMs = ongoing ? state.StartedUtcMs : nowUtc,
        });
    }

    /// <summary>EndTxn: decides the transaction. Asked again about a decided one it answers as before.</summary>
    public static TransactionDecision End(
        TransactionState? state, ProducerIdentity producer, bool commit, long nowUtc)
    {
        if (Check(state, producer) is var error && error is not ErrorCode.None)
        {
            return TransactionDecision.Refuse(error);
        }

        return state!.Status switch
        {
            TransactionStatus.Ongoing => TransactionDecision.Accept(state.To(
                commit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort, nowUtc)),
            TransactionStatus.CompleteCommit when commit => TransactionDecision.Refuse(ErrorCode.None),
            TransactionStatus.CompleteAbort when !commit => TransactionDecision.Refuse(ErrorCode.None),
            TransactionStatus.PrepareCommit when commit =>
                TransactionDecision.Refuse(ErrorCode.ConcurrentTransactions),
            TransactionStatus.PrepareAbort when !commit =>
                TransactionDecision.Refuse(ErrorCode.ConcurrentTransactions),
            _ => TransactionDecision.Refuse(ErrorCode.InvalidTxnState),
        };
    }

    /// <summary>All markers of a prepared transaction are durable; null when it is not prepared any more.</summary>
    public static TransactionState? Complete(TransactionState state, long nowUtc) => state.Status switch
    {
        TransactionStatus.PrepareCommit =>
            state.To(TransactionStatus.CompleteCommit, nowUtc) with { Partitions = [] },
        TransactionStatus.PrepareAbort =>
            state.To(TransactionStatus.CompleteAbort, nowUtc) with { Partitions = [] },
        _ => null,
    };

    /// <summary>Aborts a transaction that lasted too long and fences its producer; null when there is none.</summary>
    public static TransactionState? TimeOut(TransactionState state, long nowUtc) =>
        state.IsOverdue(nowUtc) ? Fence(state, nowUtc) : null;

    /// <summary>Forgets an id that has not been used for long and has no transaction; null when it stays.</summary>
    public static TransactionState? Expire(TransactionState state, long nowUtc, long unusedForMs) =>
        nowUtc - state.UpdatedUtcMs >= unusedForMs && state.Status.CanBecome(TransactionStatus.Dead)
            ? state with { Status = TransactionStatus.Dead, Partitions = [] }
            : null;

    /// <summary>
    /// Whether a producer may write to a partition as part of its transaction now (KIP-890): only to those it has added,
    /// and not once the end is decided, so that nothing is written behind a marker.
    /// </summary>
    /// <returns>
    /// TRANSACTION_ABORTABLE for a partition that was not added, which clients that do not know it are told as
    /// INVALID_TXN_STATE.
    /// </returns>
    public static ErrorCode Verify(TransactionState? state, ProducerIdentity producer, TopicPartition partition)
    {
        var error = Check(state, producer);
        if (error is ErrorCode.ProducerFenced)
        {
            // Produce and TxnOffsetCommit know this name for it.
            return ErrorCode.InvalidProducerEpoch;
        }

        if (error is not ErrorCode.None)
        {
            return error;
        }

        if (state!.Status.IsPrepared())
        {
            return ErrorCode.ConcurrentTransactions;
        }

        return state.Partitions.Contains(partition) ? ErrorCode.None : ErrorCode.TransactionAbortable;
    }

    private static ErrorCode Check(TransactionState? state, ProducerIdentity producer)
    {
        if (state is null || state.Producer.Id != producer.Id)
        {
            return ErrorCode.InvalidProducerIdMapping;
        }

        return state.Producer.Epoch == producer.Epoch ? ErrorCode.None : ErrorCode.ProducerFenced;
    }

    /// <summary>
    /// Whether a client may continue as who it says it is. A claim against a new id is taken as it is; one of the id before
    /// the last must have used up its epochs: then the answer to its rotation was lost.
    /// </summary>
    private static bool MayBe(TransactionState state, ProducerIdentity claim) =>
        state.Producer.Epoch == TransactionState.NoEpoch
        || claim.Id == state.Producer.Id
        || (claim.Id == state.LastProducerId && TransactionState.IsExhausted(claim.Epoch));

    private static TransactionState Fence(TransactionState state, long nowUtc)
    {
        if (state.Producer.Epoch == short.MaxValue)
        {
            throw new InvalidOperationException($"Transactional id {state.TransactionalId} has no epoch left to fence with.");
        }

        var fenced = state.To(TransactionStatus.PrepareEpochFence, nowUtc) with
        {
            Producer = state.Producer with { Epoch = (short)(state.Producer.Epoch + 1) },
            LastEpoch = TransactionState.NoEpoch,
        };
        return fenced.To(TransactionStatus.PrepareAbort, nowUtc);
    }

    private static TransactionDecision RaiseEpoch(
        TransactionState state, short? expectedEpoch, int timeoutMs, long nowUtc)
    {
        var current = state.Producer.Epoch;
        short lastEpoch;
        short epoch;
        if (expectedEpoch is null)
        {
            (epoch, lastEpoch) = ((short)(current + 1), TransactionState.NoEpoch);
        }
        else if (current == TransactionState.NoEpoch || expectedEpoch == current)
        {
            (epoch, lastEpoch) = ((short)(current + 1), current);
        }
        else if (expectedEpoch == state.LastEpoch)
        {
            // The answer to an earlier request was lost: the same answer again.
            (epoch, lastEpoch) = (current, state.LastEpoch);
        }
        else
        {
            return TransactionDecision.Refuse(ErrorCode.ProducerFenced);
        }

        return TransactionDecision.Accept(state.To(TransactionStatus.Empty, nowUtc) with
        {
            Producer = state.Producer with { Epoch = epoch },
            LastEpoch = lastEpoch,
            TimeoutMs = timeoutMs,
            Partitions = [],
            StartedUtcMs = -1,
        });
    }
}
