using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Server;

/// <summary>A TCP connection under TLS.</summary>
internal sealed class TlsStream : IConnectionStream
{
    /// <summary>What one record of TLS holds.</summary>
    private const int RecordSize = 16 << 10;

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly TlsSetup _setup;
    private readonly ListenerProtocol _protocol;

    /// <summary>A connection that was accepted by a listener with TLS.</summary>
    public TlsStream(Socket socket, TlsSetup setup, ListenerProtocol protocol)
    {
        _socket = socket;
        _stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        _setup = setup;
        _protocol = protocol;
    }

    /// <inheritdoc/>
    public bool HasPeerLeft => PeerState.HasLeft(_socket);

    /// <inheritdoc/>
    public async ValueTask<Principal> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _stream.AuthenticateAsServerAsync(_setup.Handshake(_protocol), cancellationToken);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException or InvalidOperationException)
        {
            throw new HandshakeFailedException(exception.GetBaseException().Message, exception);
        }

        return _setup.PrincipalOf(_protocol.UsesSasl() ? null : _stream.RemoteCertificate)
            ?? throw new HandshakeFailedException("No rule makes a name of the client's certificate.");
    }

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _stream.ReadAsync(buffer, cancellationToken);

    /// <summary>Sends the pieces of the frame; short ones are joined, so that each does not become a record of its own.</summary>
    public async ValueTask SendAsync(FrameWriter frame, CancellationToken cancellationToken)
    {
        var joined = ArrayPool<byte>.Shared.Rent(RecordSize);
        try
        {
            var used = 0;
            foreach (var segment in frame.Segments)
            {
                if (used + segment.Length > RecordSize)
                {
                    await _stream.WriteAsync(joined.AsMemory(0, used), cancellationToken);
                    used = 0;
                }

                if (segment.Length > RecordSize)
                {
                    await _stream.WriteAsync(segment, cancellationToken);
                    continue;
                }

                segment.CopyTo(joined.AsMemory(used));
                used += segment.Length;
            }

            if (used > 0)
                await _stream.WriteAsync(joined.AsMemory(0, used), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    /// <summary>Closes the socket first, which ends a receive or send that waits.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _stream.Dispose();
    }
}
