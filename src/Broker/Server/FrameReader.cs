using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Broker.Server;

/// <summary>
/// Takes requests from a connection: four bytes of length, highest first, then that many bytes. A request is received
/// straight into its own buffer; only what came together with its length is copied.
/// </summary>
internal sealed class FrameReader(IConnectionStream stream, RequestMemory memory, TransferDeadline deadline) : IDisposable
{
    private const int LengthSize = 4;
    private const int AheadSize = 4096;

    private byte[] _ahead = ArrayPool<byte>.Shared.Rent(AheadSize);
    private int _start;
    private int _end;

    /// <summary>The longest request that is taken, in bytes.</summary>
    public required int MaxLength { get; set; }

    /// <summary>Waits for the next request.</summary>
    /// <returns>Null when the client closed the connection between two requests.</returns>
    /// <exception cref="MalformedFrameException">The length is impossible, or the connection ended within a request.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (_end - _start < LengthSize)
        {
            if (_end > _start)
                deadline.Begin(0);
            if (await FillAsync(cancellationToken))
                continue;
            return _end == _start ? null : throw EndedEarly();
        }

        deadline.End();
        var length = BinaryPrimitives.ReadInt32BigEndian(_ahead.AsSpan(_start));
        if (length <= 0 || length > MaxLength)
            throw Impossible(length);
        _start += LengthSize;
        var frame = await Frame.BeginAsync(memory, length, cancellationToken);
        try
        {
            deadline.Begin(length);
            await ReceiveAsync(frame.First, cancellationToken);
            if (length > RequestMemory.FirstPart)
                await ReceiveRestAsync(frame, cancellationToken);
            deadline.End();
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

    private async ValueTask ReceiveRestAsync(Frame frame, CancellationToken cancellationToken)
    {
        // While the broker has no memory the client is not to blame.
        deadline.End();
        var rest = await frame.BeginRestAsync(cancellationToken);
        deadline.Begin(rest.Length);
        await ReceiveAsync(rest, cancellationToken);
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
                throw EndedEarly();
            target = target[received..];
        }
    }

    private static MalformedFrameException EndedEarly() => new("The connection ended within a request.");

    private MalformedFrameException Impossible(int length)
    {
        var hint = length switch
        {
            _ when length >> 8 is 0x160301 or 0x160303 => " (it is the start of a TLS handshake: this listener does not speak TLS)",
            0x47455420 or 0x504F5354 or 0x48454144 or 0x50555420 => " (it is the start of an HTTP request)",
            _ => "",
        };
        return new($"A request of {length} bytes, where 1 to {MaxLength} are allowed{hint}.");
    }
}

/// <summary>Bytes that are no request; their connection is closed.</summary>
internal sealed class MalformedFrameException(string message) : Exception(message);
