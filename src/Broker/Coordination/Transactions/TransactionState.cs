using System.Collections.Immutable;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>All that is known of a transactional id at one moment. Immutable; every step makes a new one.</summary>
/// <param name="TransactionalId">The id that the client chose.</param>
/// <param name="Producer">The producer id and epoch that the current client holds; the epoch -1 before the first.</param>
/// <param name="LastProducerId">The producer id before the last step, which differs after a rotation; else -1.</param>
/// <param name="LastEpoch">The epoch before the client raised it itself (KIP-360); -1 when somebody else did.</param>
/// <param name="TimeoutMs">How long a transaction may last.</param>
/// <param name="Status">Where the transaction stands.</param>
/// <param name="Partitions">Partitions that took part, offsets partitions among them.</param>
/// <param name="StartedUtcMs">When the transaction began, -1 before the first.</param>
/// <param name="UpdatedUtcMs">When the last step was taken.</param>
internal sealed record TransactionState(
    string TransactionalId,
    ProducerIdentity Producer,
    long LastProducerId,
    short LastEpoch,
    int TimeoutMs,
    TransactionStatus Status,
    ImmutableHashSet<TopicPartition> Partitions,
    long StartedUtcMs,
    long UpdatedUtcMs)
{
    /// <summary>No epoch.</summary>
    public const short NoEpoch = -1;

    /// <summary>An id that was never seen before, under a producer id of its own.</summary>
    public static TransactionState New(string transactionalId, long producerId, int timeoutMs, long nowUtc) => new(
        transactionalId, new ProducerIdentity(producerId, NoEpoch), -1, NoEpoch, timeoutMs,
        TransactionStatus.Empty, [], -1, nowUtc);

    /// <summary>
    /// No further epoch may be given to a client. One is left above it, so that the last client can still be fenced.
    /// </summary>
    public bool IsEpochExhausted => IsExhausted(Producer.Epoch);

    /// <inheritdoc cref="IsEpochExhausted"/>
    public static bool IsExhausted(short epoch) => epoch >= short.MaxValue - 1;

    /// <summary>Whether the transaction has lasted longer than it may.</summary>
    public bool IsOverdue(long nowUtc) =>
        Status is TransactionStatus.Ongoing && nowUtc - StartedUtcMs > TimeoutMs;

    /// <summary>This state under another status.</summary>
    /// <exception cref="InvalidOperationException">The move is not legal.</exception>
    public TransactionState To(TransactionStatus next, long nowUtc)
    {
        if (!Status.CanBecome(next))
        {
            throw new InvalidOperationException($"Transactional id {TransactionalId} cannot go from {Status} to {next}.");
        }

        return this with { Status = next, LastProducerId = Producer.Id, UpdatedUtcMs = nowUtc };
    }
}
