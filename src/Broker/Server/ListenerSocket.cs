using System.Net;
using System.Net.Sockets;

namespace MedStreams.Broker.Server;

/// <summary>A listener's socket.</summary>
internal sealed class ListenerSocket : IDisposable
{
    private const int Backlog = 512;

    private readonly Socket _socket;

    private ListenerSocket(BrokerListener listener, Socket socket)
    {
        Listener = listener;
        _socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>What was asked for.</summary>
    public BrokerListener Listener { get; }

    /// <summary>The address and the port that are listened on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to listen; connections wait until they are accepted.</summary>
    /// <exception cref="BrokerException">The address or port cannot be had.</exception>
    public static ListenerSocket Open(BrokerListener listener)
    {
        var socket = new Socket(listener.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (listener.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(listener.Address, listener.Port));
            socket.Listen(Backlog);
            return new ListenerSocket(listener, socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new BrokerException(
                $"The broker cannot listen on {listener.Address}:{listener.Port} ({exception.SocketErrorCode}). Choose another port, or stop what uses it.",
                exception);
        }
    }

    /// <summary>Waits for the next connection.</summary>
    public ValueTask<Socket> AcceptAsync(CancellationToken cancellationToken) => _socket.AcceptAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
