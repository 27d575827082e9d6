using System.Buffers.Binary;

namespace MedStreams.Broker.Records;

/// <summary>The end of a transaction in a partition: the only record of a control batch.</summary>
/// <remarks>
/// Key: version (0) and kind (0 abort, 1 commit), two bytes each. Value: version (0) in two bytes, the coordinator's
/// epoch in four.
/// </remarks>
/// <param name="IsCommit">Whether the transaction is committed; otherwise it is aborted.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that decided it.</param>
internal sealed record TransactionMarker(bool IsCommit, int CoordinatorEpoch)
{
    private const short Version = 0;
    private const short AbortKind = 0;
    private const short CommitKind = 1;

    /// <summary>A control batch with this marker.</summary>
    /// <param name="baseOffset">The offset of the marker; appending sets it anyway.</param>
    /// <param name="partitionLeaderEpoch">The epoch of the partition's leader.</param>
    /// <param name="producerId">The producer whose transaction ends.</param>
    /// <param name="producerEpoch">Its epoch.</param>
    /// <param name="timestamp">The time of the decision in epoch milliseconds.</param>
    public byte[] ToBatch(
        long baseOffset, int partitionLeaderEpoch, long producerId, short producerEpoch, long timestamp)
    {
        var key = new byte[4];
        BinaryPrimitives.WriteInt16BigEndian(key, Version);
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(2), IsCommit ? CommitKind : AbortKind);
        var value = new byte[6];
        BinaryPrimitives.WriteInt16BigEndian(value, Version);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(2), CoordinatorEpoch);

        var builder = new RecordBatchBuilder
        {
            BaseOffset = baseOffset,
            PartitionLeaderEpoch = partitionLeaderEpoch,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            IsTransactional = true,
            IsControl = true,
        };
        builder.Append(timestamp, key, value);
        return builder.Build();
    }

    /// <summary>Reads the marker of a control batch.</summary>
    /// <returns>The marker, or null if the batch holds none that is known.</returns>
    public static TransactionMarker? Read(RecordBatch batch)
    {
        if (!batch.IsControl || batch.Compression != CompressionType.None)
            return null;
        var records = batch.GetEnumerator();
        return records.MoveNext() ? Read(records.Current) : null;
    }

    /// <summary>
    /// Reads the marker of a control record. Later versions add fields behind and are read as the first.
    /// </summary>
    /// <returns>The marker, or null if the record holds none that is known.</returns>
    public static TransactionMarker? Read(Record record)
    {
        if (record.Key.Length < 4 || record.Value.Length < 6)
            return null;
        var version = BinaryPrimitives.ReadInt16BigEndian(record.Key);
        var kind = BinaryPrimitives.ReadInt16BigEndian(record.Key[2..]);
        var valueVersion = BinaryPrimitives.ReadInt16BigEndian(record.Value);
        if (version < Version || valueVersion < Version || kind is not (AbortKind or CommitKind))
            return null;
        return new TransactionMarker(kind == CommitKind, BinaryPrimitives.ReadInt32BigEndian(record.Value[2..]));
    }
}
