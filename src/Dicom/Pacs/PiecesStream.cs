namespace MedStreams.Dicom.Pacs;

/// <summary>Reads pieces of memory, one behind the other. Not thread-safe.</summary>
/// <param name="pieces">They; all but the last are full.</param>
/// <param name="length">How many bytes they hold.</param>
/// <param name="closed">Called once when nothing is read any more.</param>
internal sealed class PiecesStream(List<byte[]> pieces, long length, Action closed) : ReadOnlyStream
{
    private long _position;
    private bool _isClosed;

    public override bool CanRead => !_isClosed;

    public override bool CanSeek => !_isClosed;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var read = 0;
        while (read < buffer.Length && _position < length)
        {
            var (piece, at) = Math.DivRem(_position, SpoolMemory.PieceLength);
            var count = (int)Math.Min(Math.Min(buffer.Length - read, SpoolMemory.PieceLength - at), length - _position);
            pieces[(int)piece].AsSpan((int)at, count).CopyTo(buffer[read..]);
            read += count;
            _position += count;
        }

        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosed)
        {
            _isClosed = true;
            closed();
        }

        base.Dispose(disposing);
    }
}
