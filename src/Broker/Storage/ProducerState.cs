namespace MedStreams.Broker.Storage;

/// <summary>One batch that a producer has written: enough to recognise it when it comes again.</summary>
/// <param name="BaseSequence">The sequence number of its first record.</param>
/// <param name="LastSequence">The sequence number of its last record.</param>
/// <param name="BaseOffset">The offset of its first record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="Timestamp">Its largest timestamp, in epoch milliseconds.</param>
internal readonly record struct WrittenBatch(
    int BaseSequence, int LastSequence, long BaseOffset, long LastOffset, long Timestamp);

/// <summary>What a partition remembers of one producer.</summary>
internal sealed class ProducerState(long producerId)
{
    /// <summary>How many batches are remembered: as many as an idempotent client may have in flight.</summary>
    public const int RememberedBatches = 5;

    /// <summary>No epoch is known: any first sequence number is accepted.</summary>
    public const short NoEpoch = -1;

    /// <summary>No transaction is open.</summary>
    public const long NoTransaction = -1;

    private readonly WrittenBatch[] _batches = new WrittenBatch[RememberedBatches];
    private int _oldest;

    /// <summary>The producer's id.</summary>
    public long ProducerId { get; } = producerId;

    /// <summary>The newest epoch seen.</summary>
    public short Epoch { get; private set; } = NoEpoch;

    /// <summary>The epoch of the coordinator that wrote the last transaction marker; -1 before the first.</summary>
    public int CoordinatorEpoch { get; set; } = -1;

    /// <summary>The offset of the first record of the open transaction, or <see cref="NoTransaction"/>.</summary>
    public long TransactionStart { get; set; } = NoTransaction;

    /// <summary>The largest timestamp of the newest batch or marker, in epoch milliseconds.</summary>
    public long LastTimestamp { get; set; } = -1;

    /// <summary>When something was last written, in epoch milliseconds of this broker's clock.</summary>
    public long LastWritten { get; set; }

    /// <summary>How many batches of the current epoch are remembered.</summary>
    public int BatchCount { get; private set; }

    /// <summary>The remembered batches of the current epoch, oldest first.</summary>
    public WrittenBatch Batch(int index) => _batches[(_oldest + index) % RememberedBatches];

    /// <summary>The sequence number of the newest record; -1 before the first of the epoch.</summary>
    public int LastSequence => BatchCount == 0 ? -1 : Batch(BatchCount - 1).LastSequence;

    /// <summary>Takes an epoch over; a new one forgets the batches of the old.</summary>
    public void AdoptEpoch(short epoch)
    {
        if (epoch == Epoch)
            return;
        Epoch = epoch;
        BatchCount = 0;
    }

    /// <summary>Remembers a batch and forgets the one before the last five.</summary>
    public void Remember(in WrittenBatch batch)
    {
        _batches[(_oldest + BatchCount) % RememberedBatches] = batch;
        if (BatchCount < RememberedBatches)
            BatchCount++;
        else
            _oldest = (_oldest + 1) % RememberedBatches;
        LastTimestamp = batch.Timestamp;
    }

    /// <summary>The remembered batch with the same sequence numbers, or null.</summary>
    public WrittenBatch? Duplicate(short epoch, int baseSequence, int lastSequence)
    {
        if (epoch != Epoch)
            return null;
        for (var i = 0; i < BatchCount; i++)
        {
            var batch = Batch(i);
            if (batch.BaseSequence == baseSequence && batch.LastSequence == lastSequence)
                return batch;
        }

        return null;
    }

    /// <summary>Whether a sequence number comes right after another; after <see cref="int.MaxValue"/> comes 0.</summary>
    public static bool Follows(int last, int next) => next == (last == int.MaxValue ? 0 : last + 1);

    /// <summary>The sequence number that lies some records after another.</summary>
    public static int Advance(int sequence, int by) => (int)(((long)sequence + by) % (int.MaxValue + 1L));
}
