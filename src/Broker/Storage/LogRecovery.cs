using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>What was found in a partition's folder; see <see cref="PartitionLog"/>.</summary>
/// <param name="Segments">The segments, one at least.</param>
/// <param name="Producers">The producers at the end of the log.</param>
/// <param name="LogStartOffset">The first offset that readers may ask for.</param>
/// <param name="NextOffset">The offset of the next record.</param>
/// <param name="Checkpoint">The recovery point that was used; null when there was none.</param>
/// <param name="NamesUnsynced">Whether files' names may not be durable yet; the next sync has to cover them.</param>
internal readonly record struct RecoveredLog(
    List<LogSegment> Segments,
    ProducerStates Producers,
    long LogStartOffset,
    long NextOffset,
    ProducerSnapshot? Checkpoint,
    bool NamesUnsynced);

/// <summary>
/// Reads a partition's folder. From the newest recovery point on every batch is read and checked; the first that is not
/// whole ends the log, and it and everything after it is cut. Indexes, producers and transactions are rebuilt on the way.
/// </summary>
/// <remarks>
/// Nothing that was acknowledged is lost: an acknowledged batch was synced together with everything before it, so what a
/// crash tears is always behind it. What stands behind the recovery point may not be durable, only written: it is synced
/// before anybody sees it. After a clean stop the recovery point is the end: no segment is opened, nothing is synced.
/// </remarks>
internal sealed class LogRecovery
{
    private const int ReadBytes = 1 << 20;

    private readonly TopicPartition _partition;
    private readonly string _directory;
    private readonly TopicSettings _settings;
    private readonly LogEnvironment _environment;
    private readonly long _upTo;
    private readonly ProducerStates _producers = new();
    private readonly List<LogSegment> _segments = [];
    private readonly List<LogSegment> _read = [];
    private bool _namesChanged;
    private bool _mayHaveGaps;
    private long _next;

    private LogRecovery(
        TopicPartition partition, string directory, TopicSettings settings, LogEnvironment environment, long upTo)
    {
        _partition = partition;
        _directory = directory;
        _settings = settings;
        _environment = environment;
        _upTo = upTo;
    }

    private IFileSystem Files => _environment.Files;

    /// <summary>Opens a partition, or makes an empty one in a folder that is there.</summary>
    /// <exception cref="IOException">The files could not be read, cut or synced.</exception>
    public static PartitionLog Open(
        TopicPartition partition, string directory, TopicSettings settings, LogEnvironment environment) => new(
            partition, directory, settings, Run(partition, directory, settings, environment, long.MaxValue), environment);

    /// <summary>Reads a folder and leaves it as the log that is found: whole and, but for the newest names, durable.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="directory">Its folder.</param>
    /// <param name="settings">The topic's settings.</param>
    /// <param name="environment">What the logs share.</param>
    /// <param name="upTo">Where the log ends at the latest: a batch that begins there, or later, is cut off.</param>
    /// <exception cref="IOException">The files could not be read, cut or synced.</exception>
    public static RecoveredLog Run(
        TopicPartition partition, string directory, TopicSettings settings, LogEnvironment environment, long upTo)
    {
        var recovery = new LogRecovery(partition, directory, settings, environment, upTo);
        try
        {
            return recovery.Run();
        }
        catch
        {
            recovery._segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    private RecoveredLog Run()
    {
        var files = List();
        OpenSegments(files);
        if (_segments.Count == 0)
            _segments.Add(new(Files, _directory, StoredSegment.New(0, Now), _settings.IndexIntervalBytes));
        var snapshot = NewestSnapshot(files);
        var logStart = RemoveBefore(snapshot?.LogStartOffset ?? 0);
        var first = 0;
        if (snapshot is null)
        {
            _segments[0].ResetTo(SegmentPoint.Start);
            _next = _segments[0].BaseOffset;
        }
        else
        {
            first = _segments.FindIndex(segment => segment.BaseOffset == snapshot.SegmentBaseOffset);
            _segments[first].ResetTo(snapshot.Point);
            _next = snapshot.Offset;
            foreach (var producer in snapshot.Producers)
                _producers.Restore(producer);
        }

        var from = _next;
        ReadOn(first);
        Sync(first);
        if (_next > from)
            Logs.Recovered(_environment.Logger, _partition.Topic, _partition.Partition, from, _next);

        // A recovery point with bytes of a segment proves that the segment's name is durable; an empty file proves nothing.
        var namesUnsynced = snapshot is null || snapshot.Point.Position == 0;
        return new(_segments, _producers, Math.Min(logStart, _next), _next, snapshot, namesUnsynced);
    }

    private long Now => _environment.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The files, after what an interrupted exchange or removal left behind has been dealt with.</summary>
    private IReadOnlyList<StoredFile> List()
    {
        var files = Files.Files(_directory);
        if (files.Any(file => file.Name == SwapFile.Name || LogFileNames.IsCleaned(file.Name)))
        {
            SwapFile.Finish(Files, _directory);
            files = Files.Files(_directory);
        }

        foreach (var file in files.Where(file => DurableFile.IsUnfinished(file.Name) || LogFileNames.IsDeleted(file.Name)))
            Files.Delete(Path.Combine(_directory, file.Name));
        return files;
    }

    private void OpenSegments(IReadOnlyList<StoredFile> files)
    {
        foreach (var stored in StoredSegment.In(files))
            _segments.Add(new LogSegment(Files, _directory, stored, _settings.IndexIntervalBytes));
    }

    /// <summary>Removes segments that lie before the start of the log, which a stop left behind; answers the start.</summary>
    private long RemoveBefore(long logStart)
    {
        while (_segments.Count > 1 && _segments[1].BaseOffset <= logStart)
        {
            _segments[0].Delete();
            _segments.RemoveAt(0);
            _namesChanged = true;
        }

        return Math.Max(_segments[0].BaseOffset, logStart);
    }

    private ProducerSnapshot? NewestSnapshot(IReadOnlyList<StoredFile> files)
    {
        foreach (var offset in files
            .Select(file => LogFileNames.OffsetOf(file.Name, LogFileNames.Snapshot))
            .Where(offset => offset >= 0)
            .OrderDescending())
        {
            var path = Path.Combine(_directory, LogFileNames.Of(offset, LogFileNames.Snapshot));
            if (DurableFile.Read(Files, path) is { } content
                && ProducerSnapshot.Decode(content) is { } snapshot
                && Fits(snapshot))
            {
                return snapshot;
            }

            // Segments that were compacted before need not follow each other without a gap.
            _mayHaveGaps = true;
            Logs.RecoveryPointRefused(_environment.Logger, _partition.Topic, _partition.Partition, offset);
        }

        return null;
    }

    private bool Fits(ProducerSnapshot snapshot)
    {
        var segment = _segments.Find(candidate => candidate.BaseOffset == snapshot.SegmentBaseOffset);
        return segment is not null
            && snapshot.Offset <= _upTo
            && segment.FileLength >= snapshot.Point.Position
            && segment.Offsets.Count >= snapshot.Point.OffsetEntries
            && segment.Times.Count >= snapshot.Point.TimeEntries
            && segment.Aborted.Count >= snapshot.Point.AbortedEntries;
    }

    /// <summary>Reads the segments from one on, the first from where it was reset to.</summary>
    private void ReadOn(int first)
    {
        for (var i = first; i < _segments.Count; i++)
        {
            var segment = _segments[i];
            if (i > first)
            {
                segment.ResetTo(SegmentPoint.Start);

                // A gap is what a crash made of a tail that was not synced: what follows it was not acknowledged either.
                if (segment.BaseOffset < _next || (segment.BaseOffset > _next && !_mayHaveGaps))
                {
                    RemoveFrom(i);
                    break;
                }

                _next = segment.BaseOffset;
            }

            if (!ReadSegment(segment))
            {
                RemoveFrom(i + 1);
                break;
            }

            if (i < _segments.Count - 1)
                segment.Seal();
        }
    }

    private void RemoveFrom(int index)
    {
        foreach (var segment in _segments.Skip(index))
            segment.Delete();
        _namesChanged |= index < _segments.Count;
        _segments.RemoveRange(index, _segments.Count - index);
    }

    /// <summary>
    /// Makes durable what was read, and the names of the files behind the recovery point. The end of the process leaves files
    /// as they were written, not as they are on the disk.
    /// </summary>
    private void Sync(int first)
    {
        var read = _read.Where(_segments.Contains).Select(segment => segment.Log).ToList();
        if (read.Count > 0)
            Files.SyncData(read);
        if (_namesChanged || _segments.Count > first + 1 || read.Count > 0)
            Files.SyncDirectory(_directory);
    }

    /// <summary>Takes whole batches in; answers false when something else followed, which is cut off.</summary>
    private bool ReadSegment(LogSegment segment)
    {
        var length = segment.FileLength;
        if (segment.Size == length)
            return true;
        _read.Add(segment);
        var buffer = Buffers.Rent((int)Math.Min(Math.Max(length - segment.Size, BatchLayout.Records), ReadBytes));
        try
        {
            while (segment.Size < length)
            {
                var read = segment.Log.Read(segment.Size, buffer);
                var taken = TakeBatches(segment, buffer.AsSpan(0, read));
                if (taken > 0)
                    continue;
                if (_next >= _upTo || LargerBatch(buffer.AsSpan(0, read), length - segment.Size) is not { } size)
                    break;
                Buffers.Return(buffer);
                buffer = Buffers.Rent(size);
            }
        }
        finally
        {
            Buffers.Return(buffer);
        }

        if (segment.Size == length)
            return true;
        if (_next < _upTo)
            Logs.TornTail(_environment.Logger, _partition.Topic, _partition.Partition, length - segment.Size, _next);
        segment.CutTail();
        return false;
    }

    private int TakeBatches(LogSegment segment, ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (BatchReader.Check(bytes[at..], checkCrc: true, out var size) == BatchFault.None)
        {
            // Compaction leaves gaps between batches, but never in the last segment.
            var header = new RecordBatch(bytes[at..]);
            if (header.BaseOffset < _next
                || (header.BaseOffset > _next && segment == _segments[^1])
                || header.NextOffset > _upTo)
                break;
            Take(segment, header, bytes.Slice(at, size));
            at += size;
        }

        return at;
    }

    private void Take(LogSegment segment, in RecordBatch header, ReadOnlySpan<byte> batch)
    {
        segment.Recovered(header, segment.Size);
        _next = header.NextOffset;
        if (header.ProducerId < 0)
            return;
        if (!header.IsControl)
        {
            _producers.Appended(header, header.BaseOffset, Now);
        }
        else if (TransactionMarker.Read(new RecordBatch(batch)) is { } marker)
        {
            _producers.Replay(
                segment.Aborted, header.ProducerId, header.ProducerEpoch, marker, header.BaseOffset, header.MaxTimestamp, Now);
        }
        else
        {
            // A marker that compaction emptied: it still tells the producer's epoch.
            _producers.Seen(header.ProducerId, header.ProducerEpoch, Now);
        }
    }

    /// <summary>The size of a batch that begins soundly but is larger than what was read; null when it is torn.</summary>
    private static int? LargerBatch(ReadOnlySpan<byte> read, long left)
    {
        if (read.Length < BatchLayout.Records)
            return null;
        var size = new RecordBatch(read).Size;
        return size > read.Length && size <= left ? size : null;
    }
}
