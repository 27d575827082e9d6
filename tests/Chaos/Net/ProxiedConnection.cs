using System.Net.Sockets;

namespace MedStreams.Chaos.Tests.Net;

/// <summary>One connection through a proxy: two pumps that do what the proxy's fault says.</summary>
internal sealed class ProxiedConnection(FaultyProxy proxy, Socket client, Socket server, AddressRewriter? rewriter)
{
    private const int Slow = 40;
    private static readonly TimeSpan DelayTime = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan TrickleTime = TimeSpan.FromMilliseconds(4);

    /// <summary>Pumps until one side ends.</summary>
    public async Task RunAsync()
    {
        await Task.WhenAny(PumpAsync(client, server, null), PumpAsync(server, client, rewriter));
    }

    /// <summary>Ends both sides with a reset rather than an orderly end; what is on its way is lost.</summary>
    public void Reset()
    {
        foreach (var socket in (Socket[])[client, server])
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended already.
            }

            socket.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, AddressRewriter? addresses)
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            var count = await from.ReceiveAsync(buffer.AsMemory());
            if (count == 0)
                return;
            var bytes = addresses is null ? buffer.AsMemory(0, count) : addresses.Rewrite(buffer.AsSpan(0, count));
            await SendAsync(to, bytes, isAnswer: ReferenceEquals(from, server));
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, bool isAnswer)
    {
        while (bytes.Length > 0)
        {
            var piece = bytes.Length;
            var changed = proxy.Changed;
            switch (proxy.Fault)
            {
                case NetFault.Hold or NetFault.BlackHole:
                case NetFault.HalfOpen when isAnswer:
                    await changed;
                    continue;
                case NetFault.Delay:
                    await Task.Delay(DelayTime, TimeProvider.System);
                    break;
                case NetFault.Trickle:
                    await Task.Delay(TrickleTime, TimeProvider.System);
                    piece = Math.Min(piece, Slow);
                    break;
            }

            await to.SendAsync(bytes[..piece]);
            bytes = bytes[piece..];
        }
    }
}
