using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>Stands between a client and a server, and breaks each connection after so many bytes of the server.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private readonly int _target;
    private readonly int _cutAfter;
    private int _cuts;

    public CuttingProxy(int target, int cutAfter)
    {
        (_target, _cutAfter) = (target, cutAfter);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it has cut.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
                var there = client.GetStream().CopyToAsync(server.GetStream(), _ending.Token);
                var (buffer, left) = (new byte[16 << 10], _cutAfter);
                int read;
                while (left > 0 && (read = await server.GetStream().ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)), _ending.Token)) > 0)
                {
                    await client.GetStream().WriteAsync(buffer.AsMemory(0, read), _ending.Token);
                    left -= read;
                }

                if (left == 0)
                    Interlocked.Increment(ref _cuts);
                client.Client.LingerState = new LingerOption(left == 0, 0);
                client.Close();
                server.Close();
                await there;
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // One of both has gone.
            }
        }
    }
}
