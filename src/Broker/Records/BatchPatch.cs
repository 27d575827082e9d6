using System.Buffers.Binary;

namespace MedStreams.Broker.Records;

/// <summary>Changes to a batch in place, as the broker makes them when it appends.</summary>
internal static class BatchPatch
{
    /// <summary>Sets base offset and leader epoch, which the checksum does not cover.</summary>
    /// <param name="batch">The batch, from its first byte.</param>
    /// <param name="baseOffset">The offset that the first record gets.</param>
    /// <param name="leaderEpoch">The epoch of the partition's leader.</param>
    public static void SetPlace(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseOffset..], baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.PartitionLeaderEpoch..], leaderEpoch);
    }

    /// <summary>
    /// Gives all records the time of their appending (<c>message.timestamp.type=LogAppendTime</c>) and renews the
    /// checksum.
    /// </summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="timestamp">The time in epoch milliseconds.</param>
    public static void SetLogAppendTime(Span<byte> batch, long timestamp)
    {
        var view = new RecordBatch(batch);
        var attributes = view.Attributes | BatchAttributes.LogAppendTime;
        if (view.Attributes == attributes && view.MaxTimestamp == timestamp)
            return;
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchLayout.Attributes..], (short)attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.MaxTimestamp..], timestamp);
        RenewCrc(batch);
    }

    /// <summary>Writes the checksum of the batch as it is.</summary>
    /// <param name="batch">The whole batch.</param>
    public static void RenewCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[BatchLayout.Crc..], new RecordBatch(batch).ComputeCrc());
}
