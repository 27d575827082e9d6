using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Server;

/// <summary>Accepts connections on all listeners and serves each until it ends.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);
    private const int WatchesPerRefresh = 5;

    private readonly BrokerContext _broker;
    private readonly ApiDispatcher _dispatcher;
    private readonly IReadOnlyList<ListenerSocket> _listeners;
    private readonly RequestMemory _memory;
    private readonly ConnectionQuota _quota;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<long, (ClientConnection Connection, Task Served)> _connections = new();
    private readonly Task _running;
    private long _lastId;

    private BrokerServer(BrokerContext broker, ApiDispatcher dispatcher, IReadOnlyList<ListenerSocket> listeners)
    {
        var options = broker.Options;
        _broker = broker;
        _dispatcher = dispatcher;
        _listeners = listeners;
        _memory = new RequestMemory(options.QueuedMaxRequestBytes);
        _quota = new ConnectionQuota(
            () => (int)broker.Logs.Configs.Number(BrokerConfigTable.MaxConnections),
            () => (int)broker.Logs.Configs.Number(BrokerConfigTable.MaxConnectionsPerIp));
        _running = Task.WhenAll([.. listeners.Select(listener => Task.Run(() => AcceptAsync(listener))), WatchAsync()]);
    }

    /// <summary>The listeners in their order, with the addresses and ports that are listened on.</summary>
    public IReadOnlyList<(BrokerListener Listener, IPEndPoint EndPoint)> EndPoints => [.. _listeners.Select(l => (l.Listener, l.EndPoint))];

    /// <summary>How many connections each listener has.</summary>
    public IEnumerable<(string Listener, int Count)> Connections =>
        _listeners.Select(l => (l.Listener.Name, _connections.Values.Count(c => c.Connection.Listener == l.Listener)));

    /// <summary>The memory of requests.</summary>
    public RequestMemory Memory => _memory;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BrokerException">An address or port cannot be had.</exception>
    public static BrokerServer Start(BrokerContext broker, ApiDispatcher dispatcher)
    {
        var open = new List<ListenerSocket>();
        try
        {
            foreach (var listener in broker.Options.EffectiveListeners)
                open.Add(ListenerSocket.Open(listener));
            return new BrokerServer(broker, dispatcher, open);
        }
        catch
        {
            open.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Ends all connections, whatever they wait for, and stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        await _running;
        await Task.WhenAll(_connections.Values.Select(served => served.Served));
        _stopping.Dispose();
    }

    private async Task AcceptAsync(ListenerSocket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await AdmitAsync(listener, await listener.AcceptAsync(_stopping.Token));
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

    /// <summary>Serves a connection, once there is room for it.</summary>
    private async ValueTask AdmitAsync(ListenerSocket listener, Socket socket)
    {
        var entered = false;
        IPEndPoint? remote = null;
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            (var local, remote) = (Plain(socket.LocalEndPoint), Plain(socket.RemoteEndPoint));
            entered = _quota.TryEnter(remote.Address);
            if (!entered)
            {
                _broker.Metrics.Refused(listener.Listener.Name, "per_address_limit");
                ServerLogs.TooManyConnections(_broker.Logger, remote, _quota.MostPerAddress);
                socket.Dispose();
                return;
            }

            await _quota.WaitForRoomAsync(_stopping.Token);
            Serve(listener.Listener, socket, local, remote);
        }
        catch
        {
            socket.Dispose();
            if (entered)
                _quota.Forget(remote!.Address);
            throw;
        }
    }

    private void Serve(BrokerListener listener, Socket socket, IPEndPoint local, IPEndPoint remote)
    {
        var id = Interlocked.Increment(ref _lastId);
        var access = _broker.Security.AccessOf(Security.Principal.Anonymous, remote.Address.ToString());
        var context = new ConnectionContext(id, listener, local, remote, access);
        var connection = new ClientConnection(StreamOf(listener, socket), context, _dispatcher, _broker, _memory);
        var listed = new TaskCompletionSource();
        _connections[id] = (connection, Task.Run(() => ServeAsync(connection, id, listener.Name, remote.Address, listed.Task)));
        listed.SetResult();
    }

    private IConnectionStream StreamOf(BrokerListener listener, Socket socket) =>
        listener.Protocol.UsesTls() ? new TlsStream(socket, _broker.Security.Tls!, listener.Protocol) : new SocketStream(socket);

    private async Task ServeAsync(ClientConnection connection, long id, string listener, IPAddress address, Task listed)
    {
        await listed;
        _broker.Metrics.Accepted(listener);
        using (connection)
            await connection.RunAsync(_stopping.Token);
        _connections.TryRemove(id, out _);
        _quota.Leave(address);
    }

    /// <summary>Ends connections that are silent or slow for too long, and takes over changed keys and rules.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(WatchInterval, _broker.Clock);
        for (var watch = 1L; ; watch++)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            _quota.Review();
            foreach (var (connection, _) in _connections.Values)
                connection.CloseIfOverdue();
            if (watch % WatchesPerRefresh == 0)
                _broker.Security.Refresh();
        }
    }

    private static IPEndPoint Plain(EndPoint? endPoint)
    {
        var ip = (IPEndPoint)endPoint!;
        return ip.Address.IsIPv4MappedToIPv6 ? new(ip.Address.MapToIPv4(), ip.Port) : ip;
    }
}
