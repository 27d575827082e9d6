namespace MedStreams.Broker.Storage;

/// <summary>Writes the segment that takes the place of those that were cleaned into it.</summary>
internal sealed class CleanedSegment : IDisposable
{
    private readonly IFileSystem _files;
    private readonly LogSegment _segment;
    private readonly List<int> _batches = []; // where batches begin in the buffer
    private byte[] _buffer;
    private int _filled;

    /// <summary>Begins an empty segment beside the one of the same base offset.</summary>
    /// <exception cref="IOException">The files could not be made.</exception>
    public CleanedSegment(
        IFileSystem files, string directory, long baseOffset, TopicSettings settings, long written, int bufferBytes)
    {
        _files = files;
        _buffer = new byte[bufferBytes];
        foreach (var kind in LogFileNames.SegmentKinds)
            files.Delete(Path.Combine(directory, LogFileNames.Of(baseOffset, kind)) + LogFileNames.Cleaned);
        _segment = new LogSegment(
            files, directory, StoredSegment.New(baseOffset, written), settings.IndexIntervalBytes, LogFileNames.Cleaned);
    }

    /// <summary>The bytes so far.</summary>
    public long Size => _segment.Size + (long)_filled;

    /// <summary>Appends a batch.</summary>
    public void Append(ReadOnlySpan<byte> batch)
    {
        if (batch.Length > _buffer.Length - _filled)
            Flush();
        if (batch.Length > _buffer.Length)
            Array.Resize(ref _buffer, batch.Length);
        _batches.Add(_filled);
        batch.CopyTo(_buffer.AsSpan(_filled));
        _filled += batch.Length;
    }

    /// <summary>Notes an aborted transaction whose marker stays.</summary>
    public void Append(in AbortedTransaction transaction) => _segment.Aborted.Add(transaction);

    /// <summary>Makes everything durable but the files' names, and closes them.</summary>
    public void Finish()
    {
        Flush();
        _segment.Seal();
        _segment.Make();
        _segment.Aborted.Make();
        _files.SyncData([.. _segment.OpenFiles()]);
        _segment.Dispose();
    }

    /// <summary>Removes the files.</summary>
    public void Discard() => _segment.Delete();

    /// <inheritdoc/>
    public void Dispose() => _segment.Dispose();

    private void Flush()
    {
        _segment.AppendAll(_buffer.AsSpan(0, _filled), _batches);
        _batches.Clear();
        _filled = 0;
    }
}
