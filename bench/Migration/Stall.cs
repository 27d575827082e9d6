using System.Net;
using System.Net.Sockets;
using MedStreams.Bench.Support;
using MedStreams.Dicom;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;

namespace MedStreams.Migration.Bench;

/// <summary>
/// What a peer costs that writes an answer in two pieces and has Nagle's algorithm on, as DCMTK does: messages a second with our sockets as they are (TCP_NODELAY, TCP_QUICKACK),
/// and as the system has them.
/// </summary>
internal static class Stall
{
    private const int Echoes = 100;

    public static async Task RunAsync(Report report)
    {
        await using var server = DicomServer.Start(new DicomServerOptions { Address = IPAddress.Loopback, Port = 0 }, new DicomHandlers());
        var (slow, fast) = (new List<double>(), new List<double>());
        for (var round = 0; round < 4; round++)
        {
            slow.Add(await RateAsync(server.EndPoint, isFast: false));
            fast.Add(await RateAsync(server.EndPoint, isFast: true));
        }

        const string what = "M4 C-ECHO, the peer answers in two pieces";
        report.Add(new Figure("Migration", what, Statistics.Median(fast), "messages/s", Statistics.Median(slow), "the system's sockets: Nagle's algorithm and delayed acknowledgements"));
        report.Add(new Figure("Migration", what, 1000 / Statistics.Median(fast), "ms/message", 1000 / Statistics.Median(slow), "the same"));
    }

    private static async Task<double> RateAsync(IPEndPoint server, bool isFast)
    {
        using var peer = new TwoPiecePeer(server);
        var options = new DicomNetworkOptions { AeTitle = "BENCH", IsFast = isFast };
        await using var association = await DicomAssociation.OpenAsync(
            new DicomPeer(new DicomNetworkOptions().AeTitle, "127.0.0.1", peer.Port), [new ContextRequest(Uids.Verification, TransferSyntax.ImplicitLittleEndian)], options);
        for (var i = 0; i < 20; i++)
            await association.EchoAsync(); // Linux acknowledges at once at the beginning of a connection
        var meter = Usage.Begin();
        for (var i = 0; i < Echoes; i++)
            await association.EchoAsync();
        var rate = Echoes / meter.End().Elapsed.TotalSeconds;
        await association.ReleaseAsync();
        return rate;
    }

    /// <summary>Between our client and our server, for one connection: what the server says goes on in two pieces, by a socket that has Nagle's algorithm on.</summary>
    private sealed class TwoPiecePeer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _relay;

        public TwoPiecePeer(IPEndPoint server)
        {
            _listener.Start();
            _relay = RelayAsync(server);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _relay.Wait(TimeSpan.FromSeconds(10));
            _listener.Dispose();
        }

        private async Task RelayAsync(IPEndPoint server)
        {
            using var client = await _listener.AcceptSocketAsync();
            using var behind = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await behind.ConnectAsync(server);
            await Task.WhenAll(RelayAsync(client, behind, pieces: 1), RelayAsync(behind, client, pieces: 2));
        }

        private static async Task RelayAsync(Socket from, Socket to, int pieces)
        {
            var buffer = new byte[64 << 10];
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                var first = pieces == 1 ? count : count / 2;
                await to.SendAsync(buffer.AsMemory(0, first));
                if (first < count)
                    await to.SendAsync(buffer.AsMemory(first, count - first));
            }

            to.Shutdown(SocketShutdown.Send);
        }
    }
}
