namespace MedStreams.Broker.Storage;

/// <content>What operators may see of the producers of a partition.</content>
internal sealed partial class PartitionLog
{
    /// <summary>The producers that the partition knows, in no order.</summary>
    public IReadOnlyList<KnownProducer> DescribeProducers()
    {
        lock (_gate)
        {
            return
            [
                .. _producers.All.Select(p => new KnownProducer(
                    p.ProducerId, p.Epoch, p.LastSequence, p.LastTimestamp, p.CoordinatorEpoch, p.TransactionStart)),
            ];
        }
    }
}

/// <summary>A producer as a partition knows it.</summary>
/// <param name="ProducerId">Its id.</param>
/// <param name="Epoch">Its newest epoch.</param>
/// <param name="LastSequence">The sequence number of its newest record, or -1.</param>
/// <param name="LastTimestamp">The largest timestamp of its newest batch or marker, in epoch milliseconds.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that last ended a transaction of it, or -1.</param>
/// <param name="TransactionStart">The first offset of its open transaction, or -1.</param>
internal readonly record struct KnownProducer(
    long ProducerId, short Epoch, int LastSequence, long LastTimestamp, int CoordinatorEpoch, long TransactionStart);
