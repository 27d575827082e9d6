namespace MedStreams.Dicom.Pacs;

/// <summary>
/// An object of a <see cref="Spool"/>: written once, then read as often as needed, gone when disposed. It is in memory as long as it is small and there is room, else in a file.
/// One writer, then any number of readers.
/// </summary>
public sealed class SpooledContent : IAsyncDisposable
{
    internal const string Extension = ".object";

    private const long LongestInMemory = 4 << 20;

    private readonly Spool _spool;
    private readonly string _path;
    private readonly Lock _gate = new();
    private List<byte[]>? _pieces; // null: in a file, or nowhere
    private Writer? _writer;
    private long _length;
    private int _readers;

    internal SpooledContent(Spool spool, string path) => (_spool, _path, _pieces) = (spool, path, spool.KeepsNothing ? null : []);

    /// <summary>How many bytes it has, so far.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>Where it lies, for programs that read files; there where it is in a file, as all of a spool without memory are.</summary>
    public string FilePath => _path;

    /// <summary>Opens it for writing, once; the caller disposes the stream when all is written.</summary>
    public Stream OpenWrite() => _writer = new Writer(this);

    /// <summary>Opens it for reading, from the beginning; the caller disposes the stream.</summary>
    /// <exception cref="InvalidOperationException">It only passed through (<see cref="Spool.Nowhere"/>).</exception>
    public Stream OpenRead()
    {
        if (_spool.KeepsNothing)
            throw new InvalidOperationException("Nothing was kept of this object.");
        lock (_gate)
        {
            if (_pieces is not null)
            {
                _readers++;
                return new PiecesStream(_pieces, Length, () => Interlocked.Decrement(ref _readers));
            }
        }

        return new FileStream(
            _path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
    }

    /// <summary>Removes it and gives its room to others. Who reads it at that moment may read on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
            await writer.DisposeAsync();
        lock (_gate)
        {
            if (_pieces is null)
            {
                if (!_spool.KeepsNothing)
                    File.Delete(_path);
            }
            else if (Volatile.Read(ref _readers) == 0)
            {
                _spool.Memory.Give(_pieces);
            }
            else
            {
                _spool.Memory.Forget(_pieces);
            }

            _pieces = _pieces is null ? null : [];
        }

        _spool.Change(-Interlocked.Exchange(ref _length, 0));
    }

    private void Grown(int bytes)
    {
        Interlocked.Add(ref _length, bytes);
        if (!_spool.KeepsNothing)
            _spool.Change(bytes);
    }

    /// <summary>Keeps bytes in memory.</summary>
    /// <returns>How many; less than all where the object belongs into a file.</returns>
    private int Keep(ReadOnlySpan<byte> bytes)
    {
        var kept = 0;
        while (kept < bytes.Length && Length < LongestInMemory)
        {
            var at = (int)(Length % SpoolMemory.PieceLength);
            if (at == 0)
            {
                if (_spool.Memory.Take() is not { } piece)
                    break;
                _pieces!.Add(piece);
            }

            var count = Math.Min(bytes.Length - kept, SpoolMemory.PieceLength - at);
            bytes.Slice(kept, count).CopyTo(_pieces![^1].AsSpan(at));
            kept += count;
            Grown(count);
        }

        return kept;
    }

    /// <summary>Goes on in a file.</summary>
    private FileStream Spill()
    {
        var file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = 0 });
        var left = Length;
        foreach (var piece in _pieces!)
        {
            file.Write(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
            left -= piece.Length;
        }

        lock (_gate)
        {
            _spool.Memory.Give(_pieces);
            _pieces = null;
        }

        return file;
    }

    private sealed class Writer(SpooledContent content) : WriteOnlyStream
    {
        private FileStream? _file;
        private bool _isClosed;

        public override bool CanWrite => !_isClosed;

        public override long Length => content.Length;

        public override long Position { get => content.Length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var rest = buffer[Taken(buffer)..];
            if (rest.IsEmpty)
                return;
            (_file ??= content.Spill()).Write(rest);
            content.Grown(rest.Length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rest = buffer[Taken(buffer.Span)..];
            return rest.IsEmpty ? ValueTask.CompletedTask : WriteFileAsync(rest, cancellationToken);
        }

        public override void Flush() => _file?.Flush();

        protected override void Dispose(bool disposing)
        {
            _isClosed = true;
            if (disposing)
                _file?.Dispose();
            base.Dispose(disposing);
        }

        /// <summary>How many bytes need no file.</summary>
        private int Taken(ReadOnlySpan<byte> bytes)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (!content._spool.KeepsNothing)
                return _file is null ? content.Keep(bytes) : 0;
            content.Grown(bytes.Length);
            return bytes.Length;
        }

        private async ValueTask WriteFileAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await (_file ??= content.Spill()).WriteAsync(bytes, cancellationToken);
            content.Grown(bytes.Length);
        }
    }
}
