using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>
/// One pass of compaction over the closed segments of a log: the newest offset of every key in the dirty part is noted, then
/// segments are copied without what has a newer record; small neighbours become one.
/// </summary>
/// <remarks>
/// What stays, stays at its offset. Of a producer that the log still knows the last batch stays, emptied perhaps, and so does
/// the last batch of each segment, so that a segment ends where the next begins. When the table of keys is full, the pass
/// ends at that offset and the next goes on from there.
/// </remarks>
/// <param name="files">The file system.</param>
/// <param name="directory">The partition's folder.</param>
/// <param name="plan">What is to be done.</param>
/// <param name="settings">The topic's settings.</param>
/// <param name="cleaner">The cleaner's settings.</param>
/// <param name="input">What the log knows besides its segments.</param>
internal sealed class LogCompaction(
    IFileSystem files,
    string directory,
    CompactionPlan plan,
    TopicSettings settings,
    CleanerSettings cleaner,
    CompactionInput input)
{
    private KeyOffsets _keys = null!;
    private CleanedTransactions _transactions = null!;

    /// <summary>The offset up to which the pass looks at keys; known after <see cref="ReadKeys(CancellationToken)"/>.</summary>
    public long CleanedTo => _keys.Latest + 1;

    /// <summary>Reads the dirty part and notes the newest offset of each key. To be called first.</summary>
    public void ReadKeys(CancellationToken cancellationToken)
    {
        var capacity = KeyOffsets.CapacityOf(cleaner.DedupeBufferBytes, cleaner.LoadFactor);
        _keys = new KeyOffsets((int)Math.Clamp(plan.End - plan.FirstDirty, 1, capacity), cleaner.LoadFactor)
        {
            Latest = plan.FirstDirty - 1,
        };
        var transactions = new CleanedTransactions(input.Aborted.Where(transaction => transaction.LastOffset >= plan.FirstDirty));
        for (var i = 0; i < plan.Segments.Length; i++)
        {
            if (plan.EndOf(i) <= plan.FirstDirty)
                continue;
            if (!ReadKeys(plan.Segments[i], transactions, cancellationToken))
                break;
            _keys.Latest = plan.EndOf(i) - 1;
        }

        _transactions = new CleanedTransactions(input.Aborted);
    }

    /// <summary>The segments that are cleaned, in groups each of which becomes one.</summary>
    public IEnumerable<LogSegment[]> Groups()
    {
        var group = new List<LogSegment>();
        long bytes = 0, index = 0, times = 0;
        for (var i = 0; i < plan.Segments.Length && plan.Segments[i].BaseOffset < CleanedTo; i++)
        {
            var segment = plan.Segments[i];
            var fits = group.Count > 0
                && bytes + segment.Size <= settings.SegmentBytes
                && index + segment.Offsets.Bytes <= settings.IndexBytes
                && times + segment.Times.Bytes <= settings.IndexBytes
                && plan.EndOf(i) - 1 - group[0].BaseOffset <= int.MaxValue;
            if (!fits && group.Count > 0)
            {
                yield return [.. group];
                group.Clear();
                bytes = index = times = 0;
            }

            group.Add(segment);
            bytes += segment.Size;
            index += segment.Offsets.Bytes;
            times += segment.Times.Bytes;
        }

        if (group.Count > 0)
            yield return [.. group];
    }

    /// <summary>Copies a group into a new segment. Groups are to be cleaned in their order.</summary>
    /// <returns>The new segment, whole and durable but for its name; null when the group would stay as it is.</returns>
    /// <exception cref="InvalidDataException">A batch cannot be read.</exception>
    public CleanedSegment? Clean(LogSegment[] group, CancellationToken cancellationToken)
    {
        var cleaned = new CleanedSegment(
            files, directory, group[0].BaseOffset, settings, group[^1].LastWritten, cleaner.BufferBytes);
        try
        {
            var changed = group.Length > 1;
            foreach (var segment in group)
                changed |= Clean(segment, cleaned, segment == group[^1], cancellationToken);
            if (changed)
            {
                cleaned.Finish();
                return cleaned;
            }
        }
        catch
        {
            cleaned.Discard();
            throw;
        }

        cleaned.Discard();
        return null;
    }

    private bool ReadKeys(LogSegment segment, CleanedTransactions transactions, CancellationToken cancellationToken)
    {
        using var batches = new SegmentBatches(segment, segment.PositionBefore(plan.FirstDirty), cleaner.BufferBytes);
        while (batches.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = batches.Current;
            var hasKeys = batch.IsControl
                ? transactions.ReadMarker(batch, out _) && false
                : !transactions.Read(batch);
            if (hasKeys && !ReadKeys(batch))
                return false;
            _keys.Latest = Math.Max(_keys.Latest, batch.LastOffset);
        }

        return true;
    }

    private bool ReadKeys(in RecordBatch batch)
    {
        if (!CompressionCodec.TryDecompress(batch, BatchCleaner.MaxDecompressed, out var bytes))
            throw new InvalidDataException($"The records of the batch at offset {batch.BaseOffset} cannot be decompressed ({batch.Compression}).");
        var records = new RawRecords(batch, bytes);
        while (records.MoveNext())
        {
            var record = records.Current;
            if (!record.HasKey || record.Offset < plan.FirstDirty || _keys.TryPut(record.Key, record.Offset))
                continue;
            _keys.Latest = record.Offset - 1;
            return false;
        }

        return true;
    }

    private bool Clean(LogSegment segment, CleanedSegment target, bool isLastSegment, CancellationToken cancellationToken)
    {
        var batchCleaner = new BatchCleaner(_keys, input.Now, (long)settings.DeleteRetention.TotalMilliseconds);
        using var batches = new SegmentBatches(segment, 0, cleaner.BufferBytes);
        var changed = false;
        while (batches.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = batches.Current;
            var verdict = VerdictOf(batch, isLastSegment && batches.IsLast, target);
            var kept = batchCleaner.Clean(batch, verdict);
            changed |= kept != batch.Bytes;
            if (!kept.IsEmpty)
                target.Append(kept);
        }

        return changed;
    }

    private BatchVerdict VerdictOf(in RecordBatch batch, bool isLast, CleanedSegment target)
    {
        var keepEmpty = isLast || (batch.HasProducer && IsLastOfProducer(batch));
        if (!batch.IsControl)
            return new(DropRecords: _transactions.Read(batch), keepEmpty, MarksNothing: false);
        var marksNothing = _transactions.ReadMarker(batch, out var aborted);
        if (aborted is { } entry)
            target.Append(entry);
        var isOver = marksNothing && batch.DeleteHorizon is { } horizon && horizon <= input.Now;
        return new(DropRecords: isOver, keepEmpty, marksNothing);
    }

    private bool IsLastOfProducer(in RecordBatch batch) =>
        input.Producers.TryGetValue(batch.ProducerId, out var last)
        && (last.Offset >= 0 ? batch.LastOffset == last.Offset : batch.IsControl && batch.ProducerEpoch == last.Epoch);
}

/// <summary>What a log knows besides its segments, at the beginning of a pass.</summary>
/// <param name="Aborted">The aborted transactions.</param>
/// <param name="Producers">
/// The known producers: the last offset of the last data batch of the epoch, or -1 when there is none, and the epoch.
/// </param>
/// <param name="Now">The time in epoch milliseconds.</param>
internal sealed record CompactionInput(
    IReadOnlyList<AbortedTransaction> Aborted, IReadOnlyDictionary<long, (long Offset, short Epoch)> Producers, long Now);
