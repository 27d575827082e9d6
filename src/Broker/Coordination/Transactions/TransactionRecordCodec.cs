using System.Collections.Immutable;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>The records of <c>__transaction_state</c> in the form that Kafka 3.9 writes: key and value version 0.</summary>
/// <remarks>
/// That form does not hold the last producer id and epoch, so a client whose answer to a raised epoch was lost right before
/// a restart is fenced, as it is by Kafka 3.9.
/// </remarks>
internal static class TransactionRecordCodec
{
    private const short Version = 0;

    public static byte[] WriteKey(string transactionalId) =>
        VersionedData.Write(Version, new TransactionLogKey { TransactionalId = transactionalId });

    /// <summary>The value; null for an id that is dead.</summary>
    public static byte[]? WriteValue(TransactionState state) => state.Status is TransactionStatus.Dead
        ? null
        : VersionedData.Write(Version, new TransactionLogValue
        {
            ProducerId = state.Producer.Id,
            ProducerEpoch = state.Producer.Epoch,
            TransactionTimeoutMs = state.TimeoutMs,
            TransactionStatus = (sbyte)state.Status,
            TransactionPartitions = state.Status is TransactionStatus.Empty ? null : Group(state.Partitions),
            TransactionLastUpdateTimestampMs = state.UpdatedUtcMs,
            TransactionStartTimestampMs = state.StartedUtcMs,
        });

    /// <summary>Reads a record: the id, and its state unless it is gone. Null when the key is none that is known.</summary>
    /// <exception cref="InvalidDataException">The key is known and the rest is not right.</exception>
    public static (string TransactionalId, TransactionState? State)? Read(byte[] key, byte[]? value)
    {
        if (!VersionedData.TryRead<TransactionLogKey>(key, out var k, out _))
        {
            return null;
        }

        if (value is null)
        {
            return (k.TransactionalId, null);
        }

        if (!VersionedData.TryRead<TransactionLogValue>(value, out var v, out var version)
            || !Enum.IsDefined((TransactionStatus)v.TransactionStatus))
        {
            throw new InvalidDataException($"A transaction's state of version {version} that cannot be read.");
        }

        return (k.TransactionalId, new TransactionState(
            k.TransactionalId,
            new ProducerIdentity(v.ProducerId, v.ProducerEpoch),
            LastProducerId: -1,
            TransactionState.NoEpoch,
            v.TransactionTimeoutMs,
            (TransactionStatus)v.TransactionStatus,
            [.. (v.TransactionPartitions ?? []).SelectMany(
                t => t.PartitionIds.Select(p => new TopicPartition(t.Topic, p)))],
            v.TransactionStartTimestampMs,
            v.TransactionLastUpdateTimestampMs));
    }

    private static List<TransactionLogValue.PartitionsSchema> Group(ImmutableHashSet<TopicPartition> partitions) =>
    [
        .. partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(topic =>
            new TransactionLogValue.PartitionsSchema
            {
                Topic = topic.Key,
                PartitionIds = [.. topic.Select(p => p.Partition).Order()],
            }),
    ];
}
