namespace MedStreams.Broker.Storage;

/// <content>Compaction: what there is to do, and the exchange of segments.</content>
internal sealed partial class PartitionLog
{
    private long _cleanedTo;
    private bool _uncompactable;

    /// <summary>The offset up to which compaction has looked at keys.</summary>
    public long CleanedTo => Volatile.Read(ref _cleanedTo);

    /// <summary>Whether a batch was met that cannot be read, so that the log is left as it is until the next start.</summary>
    public bool IsUncompactable => Volatile.Read(ref _uncompactable);

    /// <summary>What compaction could do now; null when nothing.</summary>
    public CompactionPlan? PlanCompaction()
    {
        var settings = Settings;
        var segments = Segments;
        if (!settings.Compact || Volatile.Read(ref _uncompactable) || segments.Length < 2)
            return null;
        var (start, next, stable, now) = (LogStartOffset, NextOffset, LastStableOffset, Now);
        var firstDirty = CleanedTo is var cleaned && cleaned >= start && cleaned <= next ? cleaned : start;
        var count = 0;
        while (count + 1 < segments.Length && segments[count + 1].BaseOffset <= stable && !IsTooYoung(count))
            count++;
        if (count == 0)
            return null;
        var end = segments[count].BaseOffset;
        var dirty = segments.Take(count).Where((_, i) => segments[i + 1].BaseOffset > firstDirty).ToList();
        var overdue = settings.MaxCompactionLag < TimeSpan.MaxValue
            && dirty.Exists(segment => segment.ReadFirstTimestamp() is > 0 and var first && first < now - settings.MaxCompactionLag.TotalMilliseconds);
        return new(segments[..count], firstDirty, end, dirty.Sum(segment => (long)segment.Size), overdue);

        bool IsTooYoung(int index) => settings.MinCompactionLag > TimeSpan.Zero
            && segments[index + 1].BaseOffset > firstDirty
            && segments[index].LargestTime > now - settings.MinCompactionLag.TotalMilliseconds;
    }

    /// <summary>Compacts the log if it is due: one pass over what could be done.</summary>
    /// <param name="cleaner">The cleaner's settings.</param>
    /// <param name="cancellationToken">Ends the pass; what was exchanged so far stays.</param>
    /// <returns>What came of it; null when there was nothing to do or the log was closed or cut meanwhile.</returns>
    /// <exception cref="IOException">Files could not be read or written; the next pass tries again.</exception>
    /// <exception cref="OperationCanceledException">The pass was cancelled.</exception>
    public async ValueTask<CompactionResult?> CompactAsync(CleanerSettings cleaner, CancellationToken cancellationToken)
    {
        if (PlanCompaction() is not { } plan || !plan.IsDue(Settings) || !await PrepareCompactionAsync())
            return null;
        try
        {
            return Compact(plan, cleaner, cancellationToken) is { } result && await CheckpointAsync(LogStartOffset) ? result : null;
        }
        catch (ObjectDisposedException)
        {
            // The log was closed, or retention or a repair took a segment away: the next pass begins with what is left.
            return null;
        }
        catch (InvalidDataException exception)
        {
            Volatile.Write(ref _uncompactable, true);
            Logs.Uncompactable(_logger, exception, Partition.Topic, Partition.Partition);
            return null;
        }
    }

    /// <summary>
    /// A recovery point in the active segment, and none before it: what stands in closed segments may change from now on.
    /// </summary>
    private async ValueTask<bool> PrepareCompactionAsync()
    {
        if (!await CheckpointAsync(LogStartOffset))
            return false;
        lock (_checkpointing)
        {
            if (RemoveOldSnapshots(kept: 1) > 0)
                _files.SyncDirectory(Directory);
        }

        return true;
    }

    private CompactionResult? Compact(CompactionPlan plan, CleanerSettings cleaner, CancellationToken cancellationToken)
    {
        var compaction = new LogCompaction(_files, Directory, plan, Settings, cleaner, CompactionInput(plan));
        compaction.ReadKeys(cancellationToken);
        long before = 0, after = 0, written = 0;
        var count = 0;
        foreach (var group in compaction.Groups())
        {
            before += group.Sum(segment => (long)segment.Size);
            count += group.Length;
            using var cleaned = compaction.Clean(group, cancellationToken);
            if (cleaned is null)
                after += group[0].Size;
            else if (Exchange(group, cleaned) is { } size)
                (after, written) = (after + size, written + size);
            else
                return null;
        }

        Volatile.Write(ref _cleanedTo, compaction.CleanedTo);
        return new(compaction.CleanedTo, before, after, count, plan.DirtyBytes + before, written);
    }

    private CompactionInput CompactionInput(CompactionPlan plan)
    {
        var aborted = Segments.SelectMany(segment => segment.Aborted.Entries.ToArray())
            .Where(transaction => transaction.FirstOffset < plan.End)
            .ToList();
        lock (_gate)
        {
            var producers = _producers.All.ToDictionary(
                producer => producer.ProducerId,
                producer => (producer.BatchCount == 0 ? -1 : producer.Batch(producer.BatchCount - 1).LastOffset, producer.Epoch));
            return new(aborted, producers, Now);
        }
    }

    /// <summary>
    /// Puts a cleaned segment in the place of those it was made of. Answers its size, or null when they are not there any more or
    /// the log failed.
    /// </summary>
    private long? Exchange(LogSegment[] group, CleanedSegment cleaned)
    {
        lock (_checkpointing)
        {
            lock (_gate)
            {
                if (_state != State.Open || IndexOf(group) < 0)
                {
                    cleaned.Discard();
                    return null;
                }
            }

            try
            {
                _files.SyncDirectory(Directory);
                SwapFile.Write(_files, Directory, [.. group.Select(segment => segment.BaseOffset)]);
                var size = Exchange(group);
                SwapFile.Remove(_files, Directory);
                return size;
            }
            catch (IOException exception)
            {
                // Whether the decision stands, and how far it was carried out, is for a new look at the files to say.
                lock (_gate)
                    Fail(exception);
                return null;
            }
        }
    }

    private long Exchange(LogSegment[] group)
    {
        lock (_gate)
        {
            var index = IndexOf(group);
            foreach (var segment in group)
                segment.Dispose();
            SwapFile.Exchange(_files, Directory, [.. group.Select(segment => segment.BaseOffset)]);
            var stored = StoredSegment.In(_files.Files(Directory)).Find(segment => segment.BaseOffset == group[0].BaseOffset);
            var cleaned = new LogSegment(_files, Directory, stored with { Written = group[^1].LastWritten }, _settings.IndexIntervalBytes);
            Volatile.Write(ref _segments, [.. _segments[..index], cleaned, .. _segments[(index + group.Length)..]]);
            return cleaned.Size;
        }
    }

    /// <summary>Where segments stand in the log, one after the other; -1 when they do not any more.</summary>
    private int IndexOf(LogSegment[] group)
    {
        var index = Array.IndexOf(_segments, group[0]);
        return index >= 0 && _segments.AsSpan(index).StartsWith(group) ? index : -1;
    }
}
