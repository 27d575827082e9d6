using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>
/// A stretch of a partition's log: the batches from a base offset on, in one file, with an index by offset, an index by
/// time, and the transactions that were aborted in it.
/// </summary>
/// <remarks>
/// One writer, which the partition's lock makes sure of; any number of readers at the same time. A file is opened when it
/// is first needed: a segment that nobody reads or writes holds none.
/// </remarks>
internal sealed class LogSegment : IDisposable
{
    private readonly string _directory;
    private readonly IFileSystem _files;
    private readonly int _indexInterval;
    private readonly string _suffix;
    private readonly SegmentFile _log;
    private long _fileLength;
    private int _sinceIndexed;
    private int _size;
    private long _maxTimestamp = -1;
    private long _offsetOfMaxTimestamp = -1;
    private bool _knowsMax;

    /// <summary>A segment as it is listed; its size and timestamps are those that the files say.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The partition's folder.</param>
    /// <param name="stored">The segment.</param>
    /// <param name="indexInterval">How many bytes of batches lie between two entries of the indexes.</param>
    /// <param name="suffix">What the names of the files end with.</param>
    public LogSegment(IFileSystem files, string directory, in StoredSegment stored, int indexInterval, string suffix = "")
    {
        _suffix = suffix;
        _files = files;
        _directory = directory;
        _indexInterval = indexInterval;
        BaseOffset = stored.BaseOffset;
        LastWritten = Opened = stored.Written;
        _log = new SegmentFile(files, PathOf(LogFileNames.Log));
        Offsets = new OffsetIndex(new SegmentFile(files, PathOf(LogFileNames.OffsetIndex)), stored.OffsetBytes);
        Times = new TimeIndex(new SegmentFile(files, PathOf(LogFileNames.TimeIndex)), stored.TimeBytes);
        Aborted = new AbortedIndex(new SegmentFile(files, PathOf(LogFileNames.AbortedIndex)), stored.AbortedBytes);
        _fileLength = stored.LogBytes;
        _size = checked((int)stored.LogBytes);
        _knowsMax = stored.LogBytes == 0;
    }

    /// <summary>The offset of the first record.</summary>
    public long BaseOffset { get; }

    /// <summary>The batches.</summary>
    public IStorageFile Log => _log.Open;

    /// <summary>The file of the batches, for messages.</summary>
    public string Path => _log.Path;

    /// <summary>The length of the file of the batches when it was listed or last cut: perhaps more than whole batches.</summary>
    public long FileLength => Math.Max(_fileLength, Size);

    /// <summary>The index by offset.</summary>
    public OffsetIndex Offsets { get; }

    /// <summary>The index by time.</summary>
    public TimeIndex Times { get; }

    /// <summary>The transactions that were aborted in this segment.</summary>
    public AbortedIndex Aborted { get; }

    /// <summary>The bytes of whole batches in the file. Bytes before it never change.</summary>
    public int Size => Volatile.Read(ref _size);

    /// <summary>The largest timestamp, in epoch milliseconds; -1 before the first batch.</summary>
    /// <exception cref="IOException">The index by time could not be read.</exception>
    public long MaxTimestamp
    {
        get
        {
            KnowMax();
            return Volatile.Read(ref _maxTimestamp);
        }
    }

    /// <summary>The offset of the last record of the batch with the largest timestamp; -1 before the first batch.</summary>
    /// <exception cref="IOException">The index by time could not be read.</exception>
    public long OffsetOfMaxTimestamp
    {
        get
        {
            KnowMax();
            return Volatile.Read(ref _offsetOfMaxTimestamp);
        }
    }

    /// <summary>When it was made or, in a life of the broker before, last written to; in epoch milliseconds.</summary>
    public long Opened { get; }

    /// <summary>When it was last written to, in epoch milliseconds.</summary>
    public long LastWritten { get; private set; }

    /// <summary>The largest timestamp or, where no record has one, when it was last written to; in epoch milliseconds.</summary>
    /// <exception cref="IOException">The index by time could not be read.</exception>
    public long LargestTime => MaxTimestamp is >= 0 and var largest ? largest : LastWritten;

    /// <summary>The timestamp of the first batch, by which the segment's age is reckoned; -1 while it is not known.</summary>
    public long FirstTimestamp { get; private set; } = -1;

    /// <summary>Makes the file of the batches if it is not there, so that its name can be made durable.</summary>
    /// <exception cref="IOException">The file could not be made.</exception>
    public void Make()
    {
        if (Log.Length > _size)
            CutTail();
    }

    /// <summary>Writes one batch at the end. The header carries its final offset.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="now">In epoch milliseconds.</param>
    /// <exception cref="IOException">Nothing was appended; <see cref="CutTail"/> removes what may have been written.</exception>
    public void Append(ReadOnlySpan<byte> batch, long now)
    {
        Log.Write(_size, batch);
        Note(new RecordBatch(batch), _size);
        Volatile.Write(ref _size, _size + batch.Length);
        LastWritten = now;
    }

    /// <summary>Writes several batches at the end with one write.</summary>
    /// <param name="bytes">The batches.</param>
    /// <param name="starts">Where each begins.</param>
    /// <exception cref="IOException">Some of the bytes may have been written.</exception>
    public void AppendAll(ReadOnlySpan<byte> bytes, List<int> starts)
    {
        var position = _size;
        Log.Write(position, bytes);
        foreach (var start in starts)
            Recovered(new RecordBatch(bytes[start..]), position + start);
    }

    /// <summary>A position at or before the batch that holds an offset.</summary>
    public int PositionBefore(long offset) =>
        offset <= BaseOffset ? 0 : Offsets.PositionBefore((int)Math.Min(int.MaxValue, offset - BaseOffset));

    /// <summary>The timestamp of the first batch, read from the file if need be; -1 without.</summary>
    /// <exception cref="IOException">The file could not be read.</exception>
    public long ReadFirstTimestamp()
    {
        if (FirstTimestamp >= 0 || Size < BatchLayout.Records)
            return FirstTimestamp;
        Span<byte> header = stackalloc byte[BatchLayout.Records];
        if (Log.Read(0, header) == header.Length)
            FirstTimestamp = new RecordBatch(header).MaxTimestamp;
        return FirstTimestamp;
    }

    /// <summary>Takes a batch into account that recovery found whole at a position, and everything before it.</summary>
    public void Recovered(in RecordBatch header, int position)
    {
        Note(header, position);
        Volatile.Write(ref _size, position + header.Size);
    }

    /// <summary>
    /// Forgets everything after a point, in the indexes too. Recovery calls it before it reads on from there.
    /// </summary>
    /// <exception cref="IOException">The indexes hold less than that, or could not be cut.</exception>
    public void ResetTo(in SegmentPoint point)
    {
        Offsets.Truncate(point.OffsetEntries);
        Times.Truncate(point.TimeEntries);
        Aborted.Truncate(point.AbortedEntries);
        FirstTimestamp = point.FirstTimestamp;
        SetMax(point.MaxTimestamp, point.OffsetOfMaxTimestamp);
        _sinceIndexed = 0;
        Volatile.Write(ref _size, point.Position);
    }

    /// <summary>Cuts what stands in the file behind the last whole batch.</summary>
    public void CutTail()
    {
        Log.Truncate(_size);
        _fileLength = _size;
    }

    /// <summary>
    /// Writes the ends of the files again, so that a sync makes them durable even if an earlier one failed and the system
    /// thinks them clean.
    /// </summary>
    /// <exception cref="IOException">A file is shorter than it should be, or could not be written.</exception>
    public void RewriteEnds()
    {
        _log.RewriteEnd(_size);
        Offsets.RewriteEnd();
        Times.RewriteEnd();
        Aborted.RewriteEnd();
    }

    /// <summary>Where the segment ends now.</summary>
    public SegmentPoint End => new(
        _size, Offsets.Count, Times.Count, Aborted.Count, FirstTimestamp, MaxTimestamp, OffsetOfMaxTimestamp);

    /// <summary>Whether an index has no room for another entry.</summary>
    /// <param name="indexBytes">The largest index in bytes.</param>
    public bool IsFull(int indexBytes) =>
        Offsets.Count > 0 && (Offsets.Bytes + OffsetIndex.EntrySize > indexBytes || Times.Bytes + TimeIndex.EntrySize > indexBytes);

    /// <summary>Writes the last entry of the index by time: nothing is appended from now on.</summary>
    public void Seal()
    {
        if (MaxTimestamp >= 0)
            Times.AddIfLater(MaxTimestamp, (int)(OffsetOfMaxTimestamp - BaseOffset));
    }

    /// <summary>The files that may have been written to, which a checkpoint makes durable.</summary>
    public IEnumerable<IStorageFile> OpenFiles() =>
        ((IStorageFile?[])[_log.IfOpen, Offsets.IfOpen, Times.IfOpen, Aborted.IfOpen]).OfType<IStorageFile>();

    /// <summary>Removes the files. Readers that still hold the segment get an <see cref="ObjectDisposedException"/>.</summary>
    public void Delete()
    {
        Dispose();
        foreach (var kind in LogFileNames.SegmentKinds)
            _files.Delete(PathOf(kind));
    }

    /// <summary>
    /// Renames the files, so that they belong to the log no more and can be deleted later. Readers that still hold the segment
    /// get an <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <returns>The files' paths.</returns>
    public List<string> Retire()
    {
        Dispose();
        var retired = new List<string>();
        foreach (var path in LogFileNames.SegmentKinds.Select(PathOf).Where(_files.FileExists))
        {
            retired.Add(path + LogFileNames.Deleted);
            _files.Rename(path, retired[^1]);
        }

        return retired;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        Offsets.Dispose();
        Times.Dispose();
        Aborted.Dispose();
    }

    private void Note(in RecordBatch header, int position)
    {
        var (max, offsetOfMax) = header.MaxTimestamp > MaxTimestamp
            ? (header.MaxTimestamp, header.LastOffset)
            : (MaxTimestamp, OffsetOfMaxTimestamp);
        if (_sinceIndexed > _indexInterval)
        {
            Offsets.Add((int)(header.BaseOffset - BaseOffset), position);
            Times.AddIfLater(max, (int)(offsetOfMax - BaseOffset));
            _sinceIndexed = 0;
        }

        // Only now, when nothing can fail any more: a batch that could not be indexed was not appended.
        _sinceIndexed += header.Size;
        SetMax(max, offsetOfMax);
        if (FirstTimestamp < 0)
            FirstTimestamp = header.MaxTimestamp;
    }

    private void SetMax(long timestamp, long offset)
    {
        Volatile.Write(ref _offsetOfMaxTimestamp, offset);
        Volatile.Write(ref _maxTimestamp, timestamp);
        Volatile.Write(ref _knowsMax, true);
    }

    /// <summary>Reads the largest timestamp of a closed segment: the last entry of its index.</summary>
    private void KnowMax()
    {
        if (Volatile.Read(ref _knowsMax))
            return;
        if (Times.Last is var (timestamp, relativeOffset))
            SetMax(timestamp, BaseOffset + relativeOffset);
        else
            SetMax(-1, -1);
    }

    private string PathOf(string kind) => System.IO.Path.Combine(_directory, LogFileNames.Of(BaseOffset, kind) + _suffix);
}

/// <summary>A point in a segment up to which its files are known to be whole.</summary>
/// <param name="Position">The bytes of whole batches.</param>
/// <param name="OffsetEntries">The entries of the index by offset.</param>
/// <param name="TimeEntries">The entries of the index by time.</param>
/// <param name="AbortedEntries">The aborted transactions.</param>
/// <param name="FirstTimestamp">The timestamp of the first batch, in epoch milliseconds; -1 without.</param>
/// <param name="MaxTimestamp">The largest timestamp, in epoch milliseconds; -1 without.</param>
/// <param name="OffsetOfMaxTimestamp">The offset that belongs to it; -1 without.</param>
internal readonly record struct SegmentPoint(
    int Position,
    int OffsetEntries,
    int TimeEntries,
    int AbortedEntries,
    long FirstTimestamp,
    long MaxTimestamp,
    long OffsetOfMaxTimestamp)
{
    /// <summary>The beginning of any segment.</summary>
    public static SegmentPoint Start { get; } = new(0, 0, 0, 0, -1, -1, -1);
}
