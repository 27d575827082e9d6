using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <content>The start of the log: how it moves, by request and by retention, and what becomes of the segments before it.</content>
internal sealed partial class PartitionLog
{
    private readonly Queue<(string Path, long Due)> _deleted = [];

    /// <summary>
    /// Moves the start of the log forward and removes segments that lie before it. The new start is durable on return.
    /// </summary>
    /// <returns>OFFSET_OUT_OF_RANGE when the offset is negative or lies beyond what is durable.</returns>
    /// <exception cref="IOException">The new start could not be made durable; the log starts where it did.</exception>
    public async ValueTask<ErrorCode> DeleteBeforeAsync(long offset)
    {
        lock (_gate)
        {
            if (Refusal() is { } refusal)
                return refusal;
            if (offset < 0 || offset > _highWatermark)
                return ErrorCode.OffsetOutOfRange;
            if (offset <= _logStart)
                return ErrorCode.None;
        }

        if (!await MoveStartAsync(offset))
            return Refusal() ?? ErrorCode.KafkaStorageError;
        RemoveSegmentsBeforeStart();
        return ErrorCode.None;
    }

    /// <summary>
    /// Removes segments from the front whose records are all older than the topic keeps them, or that its size exceeds what the
    /// topic may take, the active one included; and those that lie before the start of the log.
    /// </summary>
    /// <returns>How many segments were removed.</returns>
    /// <exception cref="IOException">The new start could not be made durable; nothing was removed.</exception>
    public async ValueTask<int> ApplyRetentionAsync()
    {
        var (expired, bySize) = Expired(Segments);
        if (StartWithout(expired) is { } start && start > LogStartOffset)
        {
            Logs.RetentionApplies(_logger, Partition.Topic, Partition.Partition, expired.Length - bySize, bySize, start);
            await MoveStartAsync(start);
        }

        return RemoveSegmentsBeforeStart();
    }

    /// <summary>Deletes files of removed segments whose time has come.</summary>
    public void DeleteRemovedFiles()
    {
        var now = Now;
        lock (_checkpointing)
        {
            while (_deleted.TryPeek(out var file) && file.Due <= now)
            {
                _files.Delete(file.Path);
                _deleted.Dequeue();
            }
        }
    }

    /// <summary>Makes a new start durable and shows it; answers false when the log is not open any more.</summary>
    private async ValueTask<bool> MoveStartAsync(long start)
    {
        if (!await CheckpointAsync(start))
            return false;
        lock (_gate)
            Volatile.Write(ref _logStart, Math.Max(_logStart, start));
        return true;
    }

    /// <summary>The durable segments in front that may go, and how many of them only because of the log's size.</summary>
    private (LogSegment[] Segments, int BySize) Expired(LogSegment[] segments)
    {
        var settings = Settings;
        if (!settings.Delete)
            return ([], 0);
        var (durable, count, now) = (CountDurable(segments), 0, Now);
        if (settings.Retention is { } retention)
        {
            while (count < durable && now - segments[count].LargestTime > retention.TotalMilliseconds)
                count++;
        }

        var byTime = count;
        if (settings.RetentionBytes is { } bytes)
        {
            var excess = segments.Skip(count).Sum(segment => (long)segment.Size) - bytes;
            while (count < durable && excess >= segments[count].Size)
                excess -= segments[count++].Size;
        }

        return (segments[..count], count - byTime);
    }

    private int CountDurable(LogSegment[] segments)
    {
        var watermark = HighWatermark;
        var durable = 0;
        while (durable + 1 < segments.Length && segments[durable + 1].BaseOffset <= watermark)
            durable++;
        return durable + 1 == segments.Length && NextOffset <= watermark ? durable + 1 : durable;
    }

    /// <summary>
    /// Where the log starts without the segments in its front; null when it must stay as it is: they are not there any more, or
    /// something was appended meanwhile.
    /// </summary>
    private long? StartWithout(LogSegment[] expired)
    {
        lock (_gate)
        {
            if (expired.Length == 0 || _state != State.Open || !_segments.AsSpan().StartsWith(expired))
                return null;
            if (expired.Length < _segments.Length)
                return _segments[expired.Length].BaseOffset;
            if (_highWatermark < _next)
                return null;
            if (Active.Size > 0)
                Roll();
            return _next;
        }
    }

    private int RemoveSegmentsBeforeStart()
    {
        List<LogSegment> removed = [];
        lock (_gate)
        {
            while (_segments.Length > 1 && _segments[1].BaseOffset <= _logStart)
            {
                removed.Add(_segments[0]);
                Volatile.Write(ref _segments, _segments[1..]);
            }
        }

        lock (_checkpointing)
        {
            foreach (var segment in removed)
                Retire(segment);
        }

        return removed.Count;
    }

    private void Retire(LogSegment segment)
    {
        try
        {
            var due = Now + (long)Settings.FileDeleteDelay.TotalMilliseconds;
            foreach (var path in segment.Retire())
                _deleted.Enqueue((path, due));
        }
        catch (IOException exception)
        {
            // The files lie before the durable start of the log: the next opening removes them.
            Logs.RemovalFailed(_logger, exception, Partition.Topic, Partition.Partition, segment.BaseOffset);
        }
    }
}
