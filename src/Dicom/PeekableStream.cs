using System.Buffers;

namespace MedStreams.Dicom;

/// <summary>A stream whose beginning can be looked at before it is read. Reading only; does not own the other; not thread-safe.</summary>
internal sealed class PeekableStream(Stream inner) : ReadOnlyStream
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>What was read ahead.</summary>
    public ReadOnlyMemory<byte> Peeked => _buffer.AsMemory(_start, _end - _start);

    /// <summary>How many bytes were taken.</summary>
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    private long _position;

    /// <summary>Reads ahead, until there are so many bytes or no more.</summary>
    public async Task FillAsync(int count, CancellationToken cancellationToken)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(count);
        _end = await inner.ReadAtLeastAsync(_buffer, count, throwOnEndOfStream: false, cancellationToken);
    }

    /// <summary>Takes bytes that were read ahead.</summary>
    public void Skip(int count)
    {
        _start += count;
        _position += count;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        if (count == 0 && buffer.Length > 0)
            count = inner.Read(buffer);
        else
        {
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
        }

        _position += count;
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start < _end)
            return Read(buffer.Span);
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        (_buffer, _start, _end) = ([], 0, 0);
        base.Dispose(disposing);
    }
}
