using System.Net.Sockets;
using System.Runtime.InteropServices;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Server;

/// <summary>The bytes of a connection, plain or encrypted. One receive and one send at a time.</summary>
internal interface IConnectionStream : IDisposable
{
    /// <summary>Whether the client has closed its end; bytes that it sent before may still wait.</summary>
    bool HasPeerLeft { get; }

    /// <summary>Shakes hands, where there is something to agree on, before the first byte.</summary>
    /// <returns>Who the client is, as far as this shows.</returns>
    /// <exception cref="HandshakeFailedException">Client and broker do not agree.</exception>
    ValueTask<Principal> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Waits for some bytes; 0 when the client closed its side.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends a whole frame.</summary>
    ValueTask SendAsync(FrameWriter frame, CancellationToken cancellationToken);
}

/// <summary>A client could not agree with the broker on an encrypted connection.</summary>
internal sealed class HandshakeFailedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>A plain TCP connection.</summary>
internal sealed class SocketStream(Socket socket) : IConnectionStream
{
    private readonly List<ArraySegment<byte>> _segments = [];

    /// <inheritdoc/>
    public bool HasPeerLeft => PeerState.HasLeft(socket);

    /// <inheritdoc/>
    public ValueTask<Principal> OpenAsync(CancellationToken cancellationToken) => new(Principal.Anonymous);

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <summary>Sends the pieces of the frame with one call, without joining them.</summary>
    public async ValueTask SendAsync(FrameWriter frame, CancellationToken cancellationToken)
    {
        _segments.Clear();
        foreach (var segment in frame.Segments)
        {
            if (!MemoryMarshal.TryGetArray(segment, out var array))
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
