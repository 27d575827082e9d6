using MedStreams.Broker.Records;
namespace MedStreams.Broker.Storage;

/// <summary>
/// A stretch of a partition's log: the batches from a base offset on, in one file, with an index by offset, an index by
/// time, and the transactions that were aborted in it.
/// </summary>
/// <remarks>One writer, which the partition's lock makes sure of; any number of readers at the same time.</remarks>
internal sealed class LogSegment : IDisposable
{
    private readonly string _directory;
    private readonly IFileSystem _files;
    private readonly int _indexInterval;
    private readonly string _suffix;
    private int _sinceIndexed;
    private int _size;

    /// <summary>Opens a segment, or makes an empty one. The size and timestamps are those that the files say.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The partition's folder.</param>
    /// <param name="baseOffset">The offset of the first record.</param>
    /// <param name="indexInterval">How many bytes of batches lie between two entries of the indexes.</param>
    /// <param name="written">When it was last written to, or else made, in epoch milliseconds.</param>
    /// <param name="suffix">What the names of the files end with.</param>
    public LogSegment(
        IFileSystem files, string directory, long baseOffset, int indexInterval, long written, string suffix = "")
    {
        _suffix = suffix;
        LastWritten = Opened = written;
        _files = files;
        _directory = directory;
        _indexInterval = indexInterval;
        BaseOffset = baseOffset;
        Log = files.Open(PathOf(LogFileNames.Log));
        Offsets = new OffsetIndex(files.Open(PathOf(LogFileNames.OffsetIndex)));
        Times = new TimeIndex(files.Open(PathOf(LogFileNames.TimeIndex)));
        Aborted = new AbortedIndex(files, PathOf(LogFileNames.AbortedIndex));
        _size = checked((int)Log.Length);
        if (Times.Last is var (timestamp, relativeOffset))
            (MaxTimestamp, OffsetOfMaxTimestamp) = (timestamp, baseOffset + relativeOffset);
    }

    /// <summary>The offset of the first record.</summary>
    public long BaseOffset { get; }

    /// <summary>The batches.</summary>
    public IStorageFile Log { get; }

    /// <summary>The index by offset.</summary>
    public OffsetIndex Offsets { get; }

    /// <summary>The index by time.</summary>
    public TimeIndex Times { get; }

    /// <summary>The transactions that were aborted in this segment.</summary>
    public AbortedIndex Aborted { get; }

    /// <summary>The bytes of whole batches in the file. Bytes before it never change.</summary>
    public int Size => Volatile.Read(ref _size);

    /// <summary>The largest timestamp, in epoch milliseconds; -1 before the first batch.</summary>
    public long MaxTimestamp { get; private set; } = -1;

    /// <summary>The offset of the last record of the batch with the largest timestamp; -1 before the first batch.</summary>
    public long OffsetOfMaxTimestamp { get; private set; } = -1;

    /// <summary>When it was made or, in a life of the broker before, last written to; in epoch milliseconds.</summary>
    public long Opened { get; }

    /// <summary>When it was last written to, in epoch milliseconds.</summary>
    public long LastWritten { get; private set; }

    /// <summary>The largest timestamp or, where no record has one, when it was last written to; in epoch milliseconds.</summary>
    public long LargestTime => MaxTimestamp >= 0 ? MaxTimestamp : LastWritten;

    /// <summary>The timestamp of the first batch, by which the segment's age is reckoned; -1 before the first batch.</summary>
    public long FirstTimestamp { get; private set; } = -1;

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
    public void ResetTo(in SegmentPoint point)
    {
        Offsets.Truncate(point.OffsetEntries);
        Times.Truncate(point.TimeEntries);
        Aborted.Truncate(point.AbortedEntries);
        (FirstTimestamp, MaxTimestamp, OffsetOfMaxTimestamp) =
            (point.FirstTimestamp, point.MaxTimestamp, point.OffsetOfMaxTimestamp);
        _sinceIndexed = 0;
        Volatile.Write(ref _size, point.Position);
    }

    /// <summary>Cuts what stands in the file behind the last whole batch.</summary>
    public void CutTail() => Log.Truncate(_size);

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

    /// <summary>All files, which a checkpoint makes durable.</summary>
    public IEnumerable<IStorageFile> Files()
    {
        yield return Log;
        yield return Offsets.File;
        yield return Times.File;
        if (Aborted.File is { } aborted)
            yield return aborted;
    }

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
        Log.Dispose();
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
        (MaxTimestamp, OffsetOfMaxTimestamp) = (max, offsetOfMax);
        if (FirstTimestamp < 0)
            FirstTimestamp = header.MaxTimestamp;
    }

    private string PathOf(string kind) => Path.Combine(_directory, LogFileNames.Of(BaseOffset, kind) + _suffix);
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
