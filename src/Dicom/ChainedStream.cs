namespace MedStreams.Dicom;

/// <summary>Bytes in memory, behind them a stream, behind it more bytes in memory. Reading only, asynchronous; owns nothing; not thread-safe.</summary>
internal sealed class ChainedStream(ReadOnlyMemory<byte> front, Stream middle, ReadOnlyMemory<byte> back) : Stream
{
    private ReadOnlyMemory<byte> _front = front;
    private ReadOnlyMemory<byte> _back = back;
    private bool _isBehindMiddle;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_front.IsEmpty)
            return Take(ref _front, buffer);
        if (!_isBehindMiddle && !buffer.IsEmpty)
        {
            var count = await middle.ReadAsync(buffer, cancellationToken);
            if (count > 0)
                return count;
            _isBehindMiddle = true;
        }

        return Take(ref _back, buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Take(ref ReadOnlyMemory<byte> from, Memory<byte> to)
    {
        var count = Math.Min(from.Length, to.Length);
        from[..count].CopyTo(to);
        from = from[count..];
        return count;
    }
}
