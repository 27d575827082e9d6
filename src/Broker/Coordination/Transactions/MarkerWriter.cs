using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>Writes the end of a transaction into every partition that took part. Safe for concurrent use.</summary>
/// <param name="find">A partition's log, or null when the topic is gone.</param>
/// <param name="groups">Is told of markers in its own topic.</param>
/// <param name="logger">Where refusals are reported.</param>
internal sealed class MarkerWriter(Func<TopicPartition, PartitionLog?> find, GroupCoordinator groups, ILogger logger)
{
    /// <summary>One node, one coordinator, one epoch.</summary>
    private const int CoordinatorEpoch = 0;

    /// <summary>Writes all markers of a prepared transaction and waits until they are durable and in force.</summary>
    /// <exception cref="CoordinatorFailedException">A partition cannot be written.</exception>
    public async ValueTask WriteAsync(TransactionState prepared)
    {
        var committed = prepared.Status is TransactionStatus.PrepareCommit;
        var marker = new TransactionMarker(committed, CoordinatorEpoch);
        var written = new List<(PartitionLog Log, long Next)>(prepared.Partitions.Count);
        foreach (var partition in prepared.Partitions)
        {
            if (find(partition) is not { } log)
            {
                continue;
            }

            var appended = log.AppendMarker(prepared.Producer.Id, prepared.Producer.Epoch, marker);
            switch (appended.Error)
            {
                case ErrorCode.None:
                    written.Add((log, appended.NextOffset));
                    break;
                case ErrorCode.UnknownTopicOrPartition:
                    break;
                case ErrorCode.KafkaStorageError:
                    throw new CoordinatorFailedException();
                default:
                    // A newer epoch has been there: its own marker ended what this one would.
                    CoordinationLogs.MarkerRefused(
                        logger, prepared.Producer.Id, prepared.Producer.Epoch, partition.Topic, partition.Partition, appended.Error);
                    break;
            }
        }

        foreach (var (log, next) in written)
        {
            if (await log.WaitDurableAsync(next) is ErrorCode.KafkaStorageError)
            {
                throw new CoordinatorFailedException();
            }
        }

        foreach (var partition in prepared.Partitions)
        {
            if (partition.Topic == Topic.ConsumerOffsets)
            {
                groups.CompleteTransaction(prepared.Producer.Id, partition.Partition, committed);
            }
        }
    }
}
