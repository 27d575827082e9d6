using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MedStreams.Chaos.Tests.Net;

/// <summary>
/// A TCP proxy between one runner and one server, which does to its connections what bad networks do. Where the server is a Kafka
/// broker, the addresses that it tells are replaced by the proxy's.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxiedConnection, byte> _connections = new();
    private readonly IPEndPoint _server;
    private readonly bool _isKafka;
    private readonly Task _accepting;
    private volatile NetFault _fault;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FaultyProxy(IPEndPoint server, bool isKafka)
    {
        (_server, _isKafka) = (server, isKafka);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public NetFault Fault => _fault;

    /// <summary>Ends when another fault begins, or this one ends.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Begins a fault, or with <see cref="NetFault.None"/> ends it.</summary>
    public void Set(NetFault fault)
    {
        var resets = fault == NetFault.Cut || (fault == NetFault.None && _fault is NetFault.BlackHole or NetFault.HalfOpen);
        _fault = fault == NetFault.Cut ? NetFault.None : fault;
        if (resets)
            Reset();
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Resets all connections.</summary>
    public void Reset()
    {
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Reset();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // stopped
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var connection = new ProxiedConnection(this, client, server, _isKafka ? new AddressRewriter(_server.Port, Port) : null);
        _connections.TryAdd(connection, 0);
        try
        {
            await server.ConnectAsync(_server);
            await connection.RunAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The server is away, or the connection was reset: so it is for the client.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Reset();
        }
    }
}
