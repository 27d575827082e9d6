using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <content>Offsets by time.</content>
internal sealed partial class PartitionLog
{
    private const int SearchBytes = 64 * 1024;
    private const int MaxDecompressed = 256 << 20;

    /// <summary>The segments' first offsets and largest timestamps, oldest first.</summary>
    public IReadOnlyList<(long BaseOffset, long MaxTimestamp)> SegmentTimes =>
        [.. Segments.Select(segment => (segment.BaseOffset, segment.MaxTimestamp))];

    /// <summary>The first record at or after a time.</summary>
    /// <param name="timestamp">In epoch milliseconds.</param>
    /// <param name="limit">How far the reader may see.</param>
    /// <returns>Its offset and time, or null when there is none.</returns>
    /// <exception cref="IOException">The file could not be read.</exception>
    public (long Offset, long Timestamp)? FindFirstSince(long timestamp, ReadLimit limit)
    {
        while (true)
        {
            var segments = Segments;
            try
            {
                return Array.Find(segments, segment => segment.MaxTimestamp >= timestamp) is { } found
                    ? Search(Math.Max(LogStartOffset, found.BaseOffset + found.Times.OffsetBefore(timestamp)), limit, record => record >= timestamp)
                    : null;
            }
            catch (ObjectDisposedException exception)
            {
                if (!HaveChanged(segments))
                    throw new IOException($"{Partition} is closed.", exception);
            }
        }
    }

    /// <summary>The first record that has the largest time.</summary>
    /// <returns>Its offset and time, or null when there is no record with a time.</returns>
    /// <exception cref="IOException">The file could not be read.</exception>
    public (long Offset, long Timestamp)? FindLatestTime(ReadLimit limit)
    {
        var newest = Segments.MaxBy(segment => segment.MaxTimestamp)!;
        return newest.MaxTimestamp < 0 ? null : FindFirstSince(newest.MaxTimestamp, limit);
    }

    private (long Offset, long Timestamp)? Search(long from, ReadLimit limit, Func<long, bool> wanted)
    {
        var end = EndOf(limit);
        while (from < end)
        {
            using var read = Read(from, SearchBytes, limit, atLeastOne: true);
            if (read.Error != ErrorCode.None || read.Batches.Length == 0)
                return null;
            var batches = new BatchReader(read.Batches.Span, checkCrc: false);
            while (batches.MoveNext())
            {
                if (wanted(batches.Current.MaxTimestamp) && SearchBatch(batches.Current, from, wanted) is { } found)
                    return found;
            }

            from = read.NextOffset;
        }

        return null;
    }

    private static (long Offset, long Timestamp)? SearchBatch(RecordBatch batch, long from, Func<long, bool> wanted)
    {
        // Without the library for its compression the batch's first record stands for the one that is meant: the client
        // then gets some records too many, never one too few.
        if (!CompressionCodec.TryDecompress(batch, MaxDecompressed, out var records))
            return (batch.BaseOffset, batch.MaxTimestamp);
        var record = batch.Enumerate(records);
        while (record.MoveNext())
        {
            if (record.Current.Offset >= from && wanted(record.Current.Timestamp))
                return (record.Current.Offset, record.Current.Timestamp);
        }

        return null;
    }
}
