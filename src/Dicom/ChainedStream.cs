namespace MedStreams.Dicom;

/// <summary>Bytes in memory, behind them a stream, behind it more bytes in memory. Reading only, asynchronous; owns nothing; not thread-safe.</summary>
internal sealed class ChainedStream(ReadOnlyMemory<byte> front, Stream middle, ReadOnlyMemory<byte> back) : ReadOnlyStream
{
    private ReadOnlyMemory<byte> _front = front;
    private ReadOnlyMemory<byte> _back = back;
    private bool _isBehindMiddle;

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

    private static int Take(ref ReadOnlyMemory<byte> from, Memory<byte> to)
    {
        var count = Math.Min(from.Length, to.Length);
        from[..count].CopyTo(to);
        from = from[count..];
        return count;
    }
}
