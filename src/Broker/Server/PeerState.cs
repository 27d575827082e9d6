using System.Net.Sockets;

namespace MedStreams.Broker.Server;

/// <summary>Whether the other end of a connection is still there, without reading from it.</summary>
internal static class PeerState
{
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const byte Close = 7;
    private const byte CloseWait = 8;

    /// <summary>Whether the peer has closed its end; bytes that it sent before may still wait.</summary>
    public static bool HasLeft(Socket socket)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

            // The first byte of the kernel's tcp_info is the connection's state.
            Span<byte> state = stackalloc byte[1];
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, state) > 0 && state[0] is Close or CloseWait;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}
