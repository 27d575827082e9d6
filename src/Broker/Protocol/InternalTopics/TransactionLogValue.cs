namespace MedStreams.Broker.Protocol;

/// <summary>The state of a transactional id in __transaction_state.</summary>
/// <remarks>
/// States: 0 empty, 1 ongoing, 2 prepare commit, 3 prepare abort, 4 complete commit, 5 complete abort, 6 dead, 7
/// prepare epoch fence. 1: flexible.
/// </remarks>
internal sealed class TransactionLogValue : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 1;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => 1;

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public int TransactionTimeoutMs { get; set; }

    /// <summary>The state, by the numbers above.</summary>
    public sbyte TransactionStatus { get; set; }

    public List<PartitionsSchema>? TransactionPartitions { get; set; } = [];

    public long TransactionLastUpdateTimestampMs { get; set; }

    public long TransactionStartTimestampMs { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ProducerId = w.Int64(ProducerId);
        ProducerEpoch = w.Int16(ProducerEpoch);
        TransactionTimeoutMs = w.Int32(TransactionTimeoutMs);
        TransactionStatus = w.Int8(TransactionStatus);
        TransactionPartitions = w.NullableStructs(TransactionPartitions);
        TransactionLastUpdateTimestampMs = w.Int64(TransactionLastUpdateTimestampMs);
        TransactionStartTimestampMs = w.Int64(TransactionStartTimestampMs);
        w.End();
    }

    /// <summary>A topic with the partitions that the transaction added.</summary>
    internal sealed class PartitionsSchema : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<int> PartitionIds { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            PartitionIds = w.Int32s(PartitionIds);
            w.End();
        }
    }
}
