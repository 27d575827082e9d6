using MedStreams.Broker.Records;

namespace MedStreams.Broker.Api;

/// <summary>A record without key where a compacted topic needs one; the index is -1 when the records cannot be read.</summary>
internal readonly record struct KeylessRecord(int Index, string Message)
{
    private const int MaxDecompressed = 256 << 20;

    /// <summary>The first such record of a batch, or null.</summary>
    public static KeylessRecord? Find(ReadOnlySpan<byte> bytes)
    {
        var batch = new RecordBatch(bytes);
        if (!CompressionCodec.TryDecompress(batch, MaxDecompressed, out var records))
            return new(-1, "The records cannot be decompressed, which a compacted topic needs to see their keys.");
        var index = 0;
        var record = batch.Enumerate(records);
        while (record.MoveNext())
        {
            if (!record.Current.HasKey)
                return new(index, "Compacted topic cannot accept message without key.");
            index++;
        }

        return record.Failed ? new(-1, "The records do not follow the format.") : null;
    }
}
