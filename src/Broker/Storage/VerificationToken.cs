namespace MedStreams.Broker.Storage;

/// <summary>
/// Stands for the coordinator's word that a partition belongs to a producer's open transaction (KIP-890). It is taken
/// before the coordinator is asked and handed over with the batch; a marker that comes in between makes it void, so that
/// no record can enter a transaction that has just ended.
/// </summary>
internal sealed class VerificationToken(long producerId, short epoch)
{
    /// <summary>The producer.</summary>
    public long ProducerId => producerId;

    /// <summary>The producer's epoch.</summary>
    public short Epoch => epoch;
}
