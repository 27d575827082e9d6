using System.Text;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>A log that is compacted, with small segments, and what a reader finds in it.</summary>
internal static class CompactedLog
{
    public static readonly TopicSettings Settings = new()
    {
        Compact = true,
        Delete = false,
        SegmentBytes = 600,
        IndexIntervalBytes = 100,
        MinCleanableRatio = 0,
        DeleteRetention = TimeSpan.FromSeconds(100),
    };

    public static CleanerSettings Cleaner { get; } = new() { DedupeBufferBytes = 1 << 20, BufferBytes = 512 };

    /// <summary>Appends records of one batch; a null value is a tombstone.</summary>
    public static long Put(this TestLog test, params (string Key, string? Value)[] records) => test.PutAs(null, records);

    /// <summary>Appends a batch of a transactional producer, or of nobody.</summary>
    public static long PutAs(
        this TestLog test,
        (long Id, short Epoch, int Sequence)? producer,
        (string Key, string? Value)[] records,
        CompressionType compression = CompressionType.None,
        bool transactional = true)
    {
        var builder = new RecordBatchBuilder
        {
            ProducerId = producer?.Id ?? -1,
            ProducerEpoch = producer?.Epoch ?? -1,
            BaseSequence = producer?.Sequence ?? -1,
            IsTransactional = producer is not null && transactional,
            Compression = compression,
        };
        foreach (var (key, value) in records)
        {
            builder.Append(
                test.Clock.Now, Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value),
                [new RecordHeader("h", Encoding.UTF8.GetBytes(key))]);
        }

        var result = test.Log.Append(builder.Build(), AppendOrigin.Client);
        Assert.Equal(ErrorCode.None, result.Error);
        return result.BaseOffset;
    }

    /// <summary>Closes the active segment by a record that takes the next one for itself.</summary>
    public static void Roll(this TestLog test) => test.Put(("roll", new string('x', 560)));

    /// <summary>One pass, if there is something to do.</summary>
    public static async Task<CompactionResult?> CompactAsync(this TestLog test, CleanerSettings? cleaner = null) =>
        await test.Log.CompactAsync(cleaner ?? Cleaner, CancellationToken.None);

    /// <summary>The records, "offset:key=value", whatever their transaction; markers as "offset:commit".</summary>
    public static List<string> Records(this TestLog test, ReadLimit limit = ReadLimit.HighWatermark)
    {
        List<string> found = [];
        var offset = test.Log.LogStartOffset;
        while (true)
        {
            using var read = test.Log.Read(offset, 300, limit, atLeastOne: true);
            Assert.Equal(ErrorCode.None, read.Error);
            if (read.Batches.Length == 0)
                return found;
            var batches = new BatchReader(read.Batches.Span, checkCrc: true);
            while (batches.MoveNext())
                Add(found, batches.Current, offset, limit == ReadLimit.LastStable ? read.Aborted! : []);
            Assert.Equal(BatchFault.None, batches.Fault);
            offset = read.NextOffset;
        }
    }

    private static void Add(List<string> found, RecordBatch batch, long from, List<AbortedTransaction> aborted)
    {
        var (producer, first) = (batch.ProducerId, batch.BaseOffset);
        if (batch.IsTransactional && !batch.IsControl
            && aborted.Exists(a => a.ProducerId == producer && a.FirstOffset <= first && first <= a.LastOffset))
            return;
        Assert.True(CompressionCodec.TryDecompress(batch, 1 << 20, out var bytes));
        var records = batch.Enumerate(bytes);
        while (records.MoveNext())
        {
            var record = records.Current;
            if (record.Offset < from)
                continue;
            if (batch.IsControl)
            {
                found.Add($"{record.Offset}:{(TransactionMarker.Read(record)!.IsCommit ? "commit" : "abort")}");
                continue;
            }

            var key = Encoding.UTF8.GetString(record.Key);
            var headers = record.Headers;
            Assert.True(headers.MoveNext());
            Assert.Equal(key, Encoding.UTF8.GetString(headers.Current.Value));
            found.Add($"{record.Offset}:{key}{(record.HasValue ? "=" + Encoding.UTF8.GetString(record.Value) : "!")}@{record.Timestamp}");
        }

        Assert.False(records.Failed);
    }
}
