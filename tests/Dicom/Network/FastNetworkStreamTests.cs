using System.Net;
using System.Net.Sockets;
using MedStreams.Dicom.Network.Transport;

namespace MedStreams.Dicom.Tests.Network;

/// <summary>Sockets for question and answer.</summary>
public sealed class FastNetworkStreamTests
{
    [Fact]
    public async Task Nothing_is_held_back_and_what_comes_is_acknowledged_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "TCP_QUICKACK is Linux's");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await using var stream = new FastNetworkStream(client, isFast: true);
        Assert.True(client.NoDelay);
        client.SetRawSocketOption(6, 12, [0, 0, 0, 0]);
        await accepted.SendAsync(new byte[] { 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(1, await stream.ReadAsync(new byte[8], TestContext.Current.CancellationToken));
        var quick = new byte[4];
        client.GetRawSocketOption(6, 12, quick);
        Assert.Equal(1, quick[0]);
    }
}
