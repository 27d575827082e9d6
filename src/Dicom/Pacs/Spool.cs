namespace MedStreams.Dicom.Pacs;

/// <summary>
/// Where objects rest between source and target, so that memory stays flat and a slow target holds its source back. Nothing in it outlives a restart:
/// what is found there when it is opened is deleted. Safe for several threads.
/// </summary>
public sealed class Spool
{
    private readonly string _folder;
    private readonly long _limit;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private long _used;
    private long _next;

    /// <summary>Opens a spool.</summary>
    /// <param name="folder">A folder of its own; made where it is missing, emptied where it is not.</param>
    /// <param name="limit">From how many bytes on new objects wait until others have left; at least one is always let in.</param>
    /// <exception cref="IOException">The folder cannot be made or emptied.</exception>
    public Spool(string folder, long limit = 4L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        (_folder, _limit) = (Path.GetFullPath(folder), limit);
        Directory.CreateDirectory(_folder);
        foreach (var left in Directory.EnumerateFiles(_folder, "*" + SpooledContent.Extension))
            File.Delete(left);
    }

    /// <summary>How many bytes rest here.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>A new, empty file, as soon as there is room.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async ValueTask<SpooledContent> CreateAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource room;
            lock (_gate)
            {
                if (_used < _limit)
                    return new SpooledContent(this, Path.Combine(_folder, $"{_next++:D12}{SpooledContent.Extension}"));
                _waiting.Enqueue(room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            await room.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Change(long bytes)
    {
        lock (_gate)
        {
            _used += bytes;
            while (_used < _limit && _waiting.TryDequeue(out var waiting))
                waiting.TrySetResult();
        }
    }
}

/// <summary>A file of a <see cref="Spool"/>: written once, then read as often as needed, gone when disposed.</summary>
public sealed class SpooledContent : IAsyncDisposable
{
    internal const string Extension = ".object";

    private readonly Spool _spool;
    private readonly string _path;
    private CountedStream? _writer;
    private long _length;

    internal SpooledContent(Spool spool, string path) => (_spool, _path) = (spool, path);

    /// <summary>How many bytes it has, so far.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Where it lies, for programs that read files.</summary>
    public string FilePath => _path;

    /// <summary>Opens it for writing, once; the caller disposes the stream when all is written.</summary>
    public Stream OpenWrite() => _writer = new CountedStream(
        new FileStream(_path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 }), this);

    /// <summary>Opens it for reading, from the beginning.</summary>
    public Stream OpenRead() => new FileStream(
        _path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    /// <summary>Deletes it and gives its room to others.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
            await writer.DisposeAsync();
        File.Delete(_path);
        _spool.Change(-Interlocked.Exchange(ref _length, 0));
    }

    private void Grown(int bytes)
    {
        Interlocked.Add(ref _length, bytes);
        _spool.Change(bytes);
    }

    private sealed class CountedStream(FileStream file, SpooledContent content) : WriteOnlyStream
    {
        public override bool CanWrite => file.CanWrite;

        public override long Length => content.Length;

        public override long Position { get => content.Length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            file.Write(buffer);
            content.Grown(buffer.Length);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await file.WriteAsync(buffer, cancellationToken);
            content.Grown(buffer.Length);
        }

        public override void Flush() => file.Flush();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                file.Dispose();
            base.Dispose(disposing);
        }
    }
}
