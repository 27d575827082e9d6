namespace MedStreams.Broker.Storage;

/// <summary>A file of a segment that is opened when it is first needed, and made then if it is not there. Safe for concurrent use.</summary>
/// <param name="files">The file system.</param>
/// <param name="path">The path.</param>
internal sealed class SegmentFile(IFileSystem files, string path) : IDisposable
{
    private readonly Lock _gate = new();
    private IStorageFile? _file;
    private bool _disposed;

    /// <summary>The path.</summary>
    public string Path => path;

    /// <summary>The file; opens it if need be.</summary>
    /// <exception cref="ObjectDisposedException">The segment is closed.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public IStorageFile Open => Volatile.Read(ref _file) ?? OpenNow();

    /// <summary>The file if it has been opened, so that something may have been written to it.</summary>
    public IStorageFile? IfOpen => Volatile.Read(ref _file);

    /// <summary>Writes the end of the file again as it is, with everything that could share a block of the disk with it.</summary>
    /// <param name="length">The length of the file.</param>
    /// <exception cref="IOException">The file is shorter, or could not be written.</exception>
    public void RewriteEnd(long length)
    {
        const int Block = 64 * 1024;
        if (length == 0)
            return;
        var start = (length - 1) / Block * Block;
        var end = new byte[length - start];
        if (Open.Read(start, end) != end.Length)
            throw new IOException($"{path} is shorter than {length} bytes.");
        Open.Write(start, end);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private IStorageFile OpenNow()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var file = _file ?? files.Open(path);
            Volatile.Write(ref _file, file);
            return file;
        }
    }
}
