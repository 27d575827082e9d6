using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace MedStreams.Local;

/// <summary>
/// Free TCP ports of the loopback interface, below those that the system gives to outgoing connections: so a server
/// that is killed and started again finds its port as it left it.
/// </summary>
internal static class LocalPorts
{
    private const int First = 15_000;
    private const int End = 32_000;

    /// <summary>A port that nobody listens on now.</summary>
    /// <exception cref="InvalidOperationException">None was free among a hundred.</exception>
    public static int Next()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }

        throw new InvalidOperationException($"No free port on 127.0.0.1 between {First} and {End}.");
    }

    /// <summary>Whether somebody answers on a port of the loopback interface.</summary>
    public static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken = default)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
