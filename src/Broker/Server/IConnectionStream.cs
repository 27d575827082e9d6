using System.Net.Sockets;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Server;

/// <summary>The bytes of a connection, plain or, later, encrypted. One receive and one send at a time.</summary>
internal interface IConnectionStream : IDisposable
{
    /// <summary>Waits for some bytes; 0 when the client closed its side.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends a whole frame.</summary>
    ValueTask SendAsync(FrameWriter frame, CancellationToken cancellationToken);
}

/// <summary>A plain TCP connection.</summary>
internal sealed class SocketStream(Socket socket) : IConnectionStream
{
    private readonly List<ArraySegment<byte>> _segments = [];

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <summary>Sends the pieces of the frame with one call, without joining them.</summary>
    public async ValueTask SendAsync(FrameWriter frame, CancellationToken cancellationToken)
    {
        _segments.Clear();
        foreach (var segment in frame.Segments)
        {
            if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(segment, out var array))
                throw new InvalidOperationException("A piece of a frame is not in managed memory.");
            _segments.Add(array);
        }

        if (_segments.Count == 1)
            await SendWholeAsync(_segments[0], cancellationToken);
        else
            await socket.SendAsync(_segments, SocketFlags.None);
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private async ValueTask SendWholeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken)..];
    }
}
