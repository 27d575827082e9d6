using System.Buffers;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>What was found in a partition's folder; see <see cref="PartitionLog"/>.</summary>
internal readonly record struct RecoveredLog(
    TopicPartition Partition,
    string Directory,
    TopicSettings Settings,
    List<LogSegment> Segments,
    ProducerStates Producers,
    long LogStartOffset,
    long NextOffset,
    ProducerSnapshot? Checkpoint);

/// <summary>
/// Opens a partition's folder. From the newest recovery point on every batch is read and checked; the first that is not
/// whole ends the log, and it and everything after it is cut. Indexes, producers and transactions are rebuilt on the way.
/// </summary>
/// <remarks>
/// Nothing that was acknowledged is lost: an acknowledged batch was synced together with everything before it, so what a
/// crash tears is always behind it. After a clean stop the recovery point is the end and nothing is read.
/// </remarks>
internal sealed class LogRecovery
{
    private readonly TopicPartition _partition;
    private readonly string _directory;
    private readonly TopicSettings _settings;
    private readonly LogEnvironment _environment;
    private readonly ProducerStates _producers = new();
    private readonly List<LogSegment> _segments = [];
    private long _next;

    private LogRecovery(TopicPartition partition, string directory, TopicSettings settings, LogEnvironment environment)
    {
        _partition = partition;
        _directory = directory;
        _settings = settings;
        _environment = environment;
    }

    private IFileSystem Files => _environment.Files;

    /// <summary>Opens a partition, or makes an empty one in a folder that is there.</summary>
    /// <exception cref="IOException">The files could not be read, cut or synced.</exception>
    public static PartitionLog Open(
        TopicPartition partition, string directory, TopicSettings settings, LogEnvironment environment)
    {
        var recovery = new LogRecovery(partition, directory, settings, environment);
        try
        {
            return new PartitionLog(recovery.Recover(), environment);
        }
        catch
        {
            recovery._segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    private RecoveredLog Recover()
    {
        var files = Files.Files(_directory);
        if (files.Any(file => file.Name == SwapFile.Name || LogFileNames.IsCleaned(file.Name)))
        {
            SwapFile.Finish(Files, _directory);
            files = Files.Files(_directory);
        }

        var names = files.Select(file => file.Name).ToList();
        OpenSegments(files);
        var snapshot = NewestSnapshot(names);
        var logStart = RemoveBefore(snapshot?.LogStartOffset ?? 0);
        var first = 0;
        if (snapshot is null)
        {
            _segments[0].ResetTo(SegmentPoint.Start);
            _next = logStart;
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
        if (_next > from)
            Logs.Recovered(_environment.Logger, _partition.Topic, _partition.Partition, from, _next);
        return new(
            _partition, _directory, _settings, _segments, _producers, Math.Min(logStart, _next), _next,
            snapshot);
    }

    private void OpenSegments(IReadOnlyList<StoredFile> files)
    {
        foreach (var file in files.Where(file => DurableFile.IsUnfinished(file.Name) || LogFileNames.IsDeleted(file.Name)))
            Files.Delete(Path.Combine(_directory, file.Name));
        var segments = files
            .Select(file => (Base: LogFileNames.OffsetOf(file.Name, LogFileNames.Log), file.Written))
            .Where(segment => segment.Base >= 0)
            .OrderBy(segment => segment.Base)
            .ToList();
        if (segments.Count == 0)
            segments.Add((0, _environment.Clock.GetUtcNow().ToUnixTimeMilliseconds()));
        foreach (var (baseOffset, written) in segments)
            _segments.Add(new LogSegment(Files, _directory, baseOffset, _settings.IndexIntervalBytes, written));
    }

    /// <summary>Removes segments that lie before the start of the log, which a stop left behind; answers the start.</summary>
    private long RemoveBefore(long logStart)
    {
        while (_segments.Count > 1 && _segments[1].BaseOffset <= logStart)
        {
            _segments[0].Delete();
            _segments.RemoveAt(0);
        }

        return Math.Max(_segments[0].BaseOffset, logStart);
    }

    private ProducerSnapshot? NewestSnapshot(List<string> names)
    {
        foreach (var offset in names
            .Select(name => LogFileNames.OffsetOf(name, LogFileNames.Snapshot))
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

            Logs.RecoveryPointRefused(_environment.Logger, _partition.Topic, _partition.Partition, offset);
        }

        return null;
    }

    private bool Fits(ProducerSnapshot snapshot)
    {
        var segment = _segments.Find(candidate => candidate.BaseOffset == snapshot.SegmentBaseOffset);
        return segment is not null
            && segment.Log.Length >= snapshot.Point.Position
            && segment.Offsets.Count >= snapshot.Point.OffsetEntries
            && segment.Times.Count >= snapshot.Point.TimeEntries
            && segment.Aborted.Count >= snapshot.Point.AbortedEntries;
    }

    /// <summary>Reads the segments from one on, the first from where it was reset to; all of it is durable afterwards.</summary>
    private void ReadOn(int first)
    {
        for (var i = first; i < _segments.Count; i++)
        {
            var segment = _segments[i];
            if (i > first)
                segment.ResetTo(SegmentPoint.Start);
            if (i > first && segment.BaseOffset < _next)
            {
                RemoveFrom(i);
                break;
            }

            if (i > first)
                _next = segment.BaseOffset;
            if (!ReadSegment(segment))
            {
                RemoveFrom(i + 1);
                break;
            }

            if (i < _segments.Count - 1)
                segment.Seal();
        }

        Files.SyncData([.. _segments.Skip(first).Select(segment => segment.Log)]);
        Files.SyncDirectory(_directory);
    }

    private void RemoveFrom(int index)
    {
        foreach (var segment in _segments.Skip(index))
            segment.Delete();
        _segments.RemoveRange(index, _segments.Count - index);
    }

    /// <summary>Takes whole batches in; answers false when something else followed, which is cut off.</summary>
    private bool ReadSegment(LogSegment segment)
    {
        var length = segment.Log.Length;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(length - segment.Size, BatchLayout.Records), 1 << 20));
        try
        {
            while (segment.Size < length)
            {
                var read = segment.Log.Read(segment.Size, buffer);
                var taken = TakeBatches(segment, buffer.AsSpan(0, read));
                if (taken > 0)
                    continue;
                if (LargerBatch(buffer.AsSpan(0, read), length - segment.Size) is not { } size)
                    break;
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(size);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (segment.Size == length)
            return true;
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
            if (header.BaseOffset < _next || (header.BaseOffset > _next && segment == _segments[^1]))
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
        var now = _environment.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (!header.IsControl)
        {
            _producers.Appended(header, header.BaseOffset, now);
        }
        else if (TransactionMarker.Read(new RecordBatch(batch)) is { } marker)
        {
            _producers.Replay(
                segment.Aborted, header.ProducerId, header.ProducerEpoch, marker, header.BaseOffset, header.MaxTimestamp, now);
        }
        else
        {
            // A marker that compaction emptied: it still tells the producer's epoch.
            _producers.Seen(header.ProducerId, header.ProducerEpoch, now);
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
