using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MedStreams.Broker.Server;

/// <summary>Accepts connections and serves each until it ends.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly BrokerContext _broker;
    private readonly ApiDispatcher _dispatcher;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<long, (ClientConnection Connection, Task Served)> _connections = new();
    private readonly Task _accepting;
    private long _lastId;

    private BrokerServer(BrokerContext broker, ApiDispatcher dispatcher, Socket listener)
    {
        _broker = broker;
        _dispatcher = dispatcher;
        _listener = listener;
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The address and the port that are listened on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BrokerException">The address or port cannot be had.</exception>
    public static BrokerServer Start(BrokerContext broker, ApiDispatcher dispatcher)
    {
        var options = broker.Options;
        var listener = new Socket(options.ListenAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(options.ListenAddress, options.Port));
            listener.Listen(Backlog);
            return new BrokerServer(broker, dispatcher, listener);
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new BrokerException(
                $"The broker cannot listen on {options.ListenAddress}:{options.Port} ({exception.SocketErrorCode}). Choose another port, or stop what uses it.",
                exception);
        }
    }

    /// <summary>Ends connections that were silent for too long.</summary>
    public void CloseIdle()
    {
        foreach (var (connection, _) in _connections.Values)
            connection.CloseIfIdle(_broker.Options.ConnectionIdleTimeout);
    }

    /// <summary>Ends all connections, whatever they wait for, and stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values.Select(served => served.Served));
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                socket.NoDelay = true;
                Serve(socket, Interlocked.Increment(ref _lastId));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // The client was gone already, or the process has no file descriptor left for it.
                ServerLogs.AcceptFailed(_broker.Logger, exception);
            }
        }
    }

    private void Serve(Socket socket, long id)
    {
        var context = new ConnectionContext(id, Plain(socket.LocalEndPoint), Plain(socket.RemoteEndPoint));
        var connection = new ClientConnection(new SocketStream(socket), context, _dispatcher, _broker);
        var listed = new TaskCompletionSource();
        _connections[id] = (connection, Task.Run(() => ServeAsync(connection, id, listed.Task)));
        listed.SetResult();
    }

    private async Task ServeAsync(ClientConnection connection, long id, Task listed)
    {
        await listed;
        using (connection)
            await connection.RunAsync(_stopping.Token);
        _connections.TryRemove(id, out _);
    }

    private static IPEndPoint Plain(EndPoint? endPoint)
    {
        var ip = (IPEndPoint)endPoint!;
        return ip.Address.IsIPv4MappedToIPv6 ? new(ip.Address.MapToIPv4(), ip.Port) : ip;
    }
}
