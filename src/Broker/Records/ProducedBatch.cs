namespace MedStreams.Broker.Records;

/// <summary>The rules for what a client sends to one partition in one request.</summary>
internal static class ProducedBatch
{
    /// <summary>
    /// Checks that the bytes are exactly one whole batch of magic 2 that a client may write: checksum, at least one
    /// record, offsets without gaps, a sequence if there is a producer, a known compression, and no control batch. The
    /// records themselves are not decoded.
    /// </summary>
    public static BatchFault Check(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return BatchFault.NoBatch;
        var fault = BatchReader.Check(bytes, checkCrc: true, out var size);
        if (fault != BatchFault.None)
            return fault;
        if (size != bytes.Length)
            return BatchFault.SeveralBatches;

        var batch = new RecordBatch(bytes);
        if (batch.IsControl)
            return BatchFault.Control;
        if (batch.Compression > CompressionType.Zstd)
            return BatchFault.UnknownCompression;
        var consistent = batch.Count > 0
            && batch.LastOffsetDelta == batch.Count - 1
            && (batch.HasProducer ? batch.BaseSequence >= 0 && batch.ProducerEpoch >= 0 : !batch.IsTransactional);
        return consistent ? BatchFault.None : BatchFault.BadHeader;
    }
}
