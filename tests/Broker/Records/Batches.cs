using MedStreams.Broker.Records;

namespace MedStreams.Broker.Tests.Records;

/// <summary>Batches to test with.</summary>
internal static class Batches
{
    /// <summary>Three records: one with headers, one without key, one without value.</summary>
    public static RecordBatchBuilder Three(CompressionType compression = CompressionType.None)
    {
        var builder = new RecordBatchBuilder
        {
            BaseOffset = 100,
            ProducerId = 7,
            ProducerEpoch = 1,
            BaseSequence = 40,
            Compression = compression,
        };
        builder.Append(1000, [1], [2, 2], [new RecordHeader("h", [9]), new RecordHeader("é", null)]);
        builder.Append(999, null, [3]);
        builder.Append(1005, [4], null);
        return builder;
    }

    /// <summary>The batch as an array that may be changed, with one more change and a new checksum.</summary>
    public static byte[] With(byte[] batch, Action<byte[]> change)
    {
        change(batch);
        BatchPatch.RenewCrc(batch);
        return batch;
    }
}
