using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Broker.Server;

/// <summary>
/// Takes requests from a connection: four bytes of length, highest first, then that many bytes. A large request is received
/// straight into its own buffer; only what came together with its length is copied.
/// </summary>
internal sealed class FrameReader(IConnectionStream stream, int maxLength) : IDisposable
{
    private const int LengthSize = 4;
    private const int AheadSize = 4096;

    private byte[] _ahead = ArrayPool<byte>.Shared.Rent(AheadSize);
    private int _start;
    private int _end;

    /// <summary>Waits for the next request.</summary>
    /// <returns>Null when the client closed the connection between two requests.</returns>
    /// <exception cref="MalformedFrameException">The length is impossible, or the connection ended within a request.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_end - _start < LengthSize)
        {
            if (await FillAsync(cancellationToken))
                continue;
            return _end == _start ? null : throw new MalformedFrameException("The connection ended within a request.");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_ahead.AsSpan(_start));
        if (length <= 0 || length > maxLength)
            throw new MalformedFrameException($"A request of {length} bytes; 1 to {maxLength} are allowed.");
        _start += LengthSize;

        var frame = new Frame(ArrayPool<byte>.Shared.Rent(length), length);
        try
        {
            await ReceiveAsync(frame.Target, cancellationToken);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var ahead = _ahead;
        _ahead = [];
        if (ahead.Length > 0)
            ArrayPool<byte>.Shared.Return(ahead);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _ahead.AsSpan(_start, _end - _start).CopyTo(_ahead);
            _end -= _start;
            _start = 0;
        }

        var received = await stream.ReceiveAsync(_ahead.AsMemory(_end, AheadSize - _end), cancellationToken);
        _end += received;
        return received > 0;
    }

    private async ValueTask ReceiveAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        var there = Math.Min(target.Length, _end - _start);
        _ahead.AsSpan(_start, there).CopyTo(target.Span);
        _start += there;
        target = target[there..];
        while (target.Length > 0)
        {
            var received = await stream.ReceiveAsync(target, cancellationToken);
            if (received == 0)
                throw new MalformedFrameException("The connection ended within a request.");
            target = target[received..];
        }
    }
}

/// <summary>Bytes that are no request; their connection is closed.</summary>
internal sealed class MalformedFrameException(string message) : Exception(message);
