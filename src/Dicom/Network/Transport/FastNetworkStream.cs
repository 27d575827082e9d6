using System.Net.Sockets;

namespace MedStreams.Dicom.Network.Transport;

/// <summary>
/// A socket's stream for question and answer. Many DICOM peers write a response in two pieces and leave Nagle's algorithm on; the second then waits until the
/// first is acknowledged, and the acknowledgement waits up to 40 ms for something to travel with. So what is sent goes at once (TCP_NODELAY), and, on Linux,
/// what is received is acknowledged at once (TCP_QUICKACK, which the system takes back as it likes, hence before each receive).
/// </summary>
internal sealed class FastNetworkStream : NetworkStream
{
    private const int ProtocolTcp = 6;
    private const int QuickAck = 12;
    private static readonly byte[] On = [1, 0, 0, 0];
    private readonly bool _isFast;

    /// <summary>A stream over a connected socket.</summary>
    /// <param name="socket">The socket, closed with the stream.</param>
    /// <param name="isFast">False leaves all to the system: for measuring.</param>
    public FastNetworkStream(Socket socket, bool isFast)
        : base(socket, ownsSocket: true)
    {
        socket.NoDelay = isFast;
        _isFast = isFast && OperatingSystem.IsLinux() && BitConverter.IsLittleEndian;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isFast)
            Socket.SetRawSocketOption(ProtocolTcp, QuickAck, On);
        return base.ReadAsync(buffer, cancellationToken);
    }
}
