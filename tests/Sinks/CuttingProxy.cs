using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace MedStreams.Sinks.Tests;

/// <summary>What a proxy does with the bytes that it was told to watch for.</summary>
internal enum Cut
{
    /// <summary>They are dropped and the connection ends: the server never hears them.</summary>
    Before,

    /// <summary>They are passed on and the connection ends: the server acts, the client never hears of it.</summary>
    After,
}

/// <summary>A TCP proxy before a server that cuts a connection at chosen bytes of the client.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private (byte[] Bytes, Cut Cut)? _armed;

    public CuttingProxy(int target, int port = 0)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Cuts { get; private set; }

    /// <summary>Cuts the next connection whose client sends these bytes in one piece.</summary>
    public void Arm(string text, Cut cut) => _armed = (System.Text.Encoding.UTF8.GetBytes(text), cut);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var owned = client;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var cut = new StrongBox<Cut?>();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, ends.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            var up = UpAsync(client.GetStream(), server, cut, ends.Token);
            var down = DownAsync(server.GetStream(), client.GetStream(), cut, ends.Token);
            if (await Task.WhenAny(up, down) == up && cut.Value is Cut.After)
                await down; // the server reads to the end, acts and hangs up; its answer reaches nobody
            await ends.CancelAsync();
            await Task.WhenAll(up, down);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One end is gone; closing the other is all that is left.
        }
    }

    /// <summary>Passes on what the client says until it ends or is cut.</summary>
    private async Task UpAsync(NetworkStream client, TcpClient server, StrongBox<Cut?> cut, CancellationToken stop)
    {
        var buffer = new byte[65536];
        while (await client.ReadAsync(buffer, stop) is var count and > 0)
        {
            var piece = buffer.AsMemory(0, count);
            if (_armed is { } armed && piece.Span.IndexOf(armed.Bytes) >= 0)
            {
                (_armed, cut.Value) = (null, armed.Cut);
                Cuts++;
            }

            if (cut.Value is Cut.Before)
                return;
            await server.GetStream().WriteAsync(piece, stop);
            if (cut.Value is Cut.After)
            {
                server.Client.Shutdown(SocketShutdown.Send);
                return;
            }
        }
    }

    /// <summary>Passes on what the server says; once the client is cut off, to nobody.</summary>
    private static async Task DownAsync(
        NetworkStream server, NetworkStream client, StrongBox<Cut?> cut, CancellationToken stop)
    {
        var buffer = new byte[65536];
        while (await server.ReadAsync(buffer, stop) is var count and > 0)
        {
            if (cut.Value is null)
                await client.WriteAsync(buffer.AsMemory(0, count), stop);
        }
    }
}
