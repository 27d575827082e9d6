using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MedStreams.Broker.Bench;

/// <summary>What a bare TCP connection to the same machine does, without a broker or a client library.</summary>
internal static class Loopback
{
    private const int AnswerBytes = 64;

    /// <summary>Sends a file of a size from the page cache again and again, in pieces of 1 MiB.</summary>
    /// <returns>Bytes a second that arrive.</returns>
    public static async Task<double> FileRateAsync(string folder, TimeSpan duration)
    {
        const int Piece = 1 << 20;
        const int Pieces = 64;
        using var file = File.OpenHandle(
            Path.Combine(folder, $"medstreams-bench-{Guid.NewGuid():N}"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose);
        var buffer = new byte[Piece];
        new Random(1).NextBytes(buffer);
        for (var i = 0; i < Pieces; i++)
            RandomAccess.Write(file, buffer, (long)i * Piece);
        var (client, server) = await ConnectAsync();
        using (client)
        using (server)
        {
            var start = Stopwatch.GetTimestamp();
            var sending = Task.Factory.StartNew(
                () =>
                {
                    for (var i = 0; Stopwatch.GetElapsedTime(start) < duration; i++)
                    {
                        RandomAccess.Read(file, buffer, (long)(i % Pieces) * Piece);
                        SendAll(server, buffer);
                    }

                    server.Shutdown(SocketShutdown.Send);
                },
                TaskCreationOptions.LongRunning);
            long received = 0;
            var target = new byte[Piece];
            while (client.Receive(target) is > 0 and var count)
                received += count;
            var rate = received / Stopwatch.GetElapsedTime(start).TotalSeconds;
            await sending;
            return rate;
        }
    }

    /// <summary>Sends requests at a steady rate, each answered by 64 bytes.</summary>
    /// <param name="requestBytes">The bytes of a request.</param>
    /// <param name="perSecond">How many a second; infinite for one after the other.</param>
    /// <param name="duration">How long.</param>
    /// <returns>The time of each from its sending until its answer, in milliseconds.</returns>
    public static async Task<List<double>> RoundTripsAsync(int requestBytes, double perSecond, TimeSpan duration)
    {
        var (client, server) = await ConnectAsync();
        using (client)
        using (server)
        {
            var answering = Task.Factory.StartNew(() => Answer(server, requestBytes), TaskCreationOptions.LongRunning);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
            var times = new List<double>();
            var (request, answer) = (new byte[requestBytes], new byte[AnswerBytes]);
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < duration)
            {
                if (times.Count > elapsed.TotalSeconds * perSecond)
                {
                    await timer.WaitForNextTickAsync();
                    continue;
                }

                var began = Stopwatch.GetTimestamp();
                SendAll(client, request);
                ReceiveAll(client, answer);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            client.Shutdown(SocketShutdown.Send);
            await answering;
            return times;
        }
    }

    private static void Answer(Socket server, int requestBytes)
    {
        var (request, answer) = (new byte[requestBytes], new byte[AnswerBytes]);
        while (ReceiveAll(server, request))
            SendAll(server, answer);
    }

    private static async Task<(Socket Client, Socket Server)> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(listener.LocalEndPoint!);
        var server = await listener.AcceptAsync();
        server.NoDelay = true;
        return (client, server);
    }

    private static void SendAll(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += socket.Send(bytes.AsSpan(sent));
    }

    private static bool ReceiveAll(Socket socket, byte[] bytes)
    {
        for (var received = 0; received < bytes.Length;)
        {
            if (socket.Receive(bytes.AsSpan(received)) is not (> 0 and var count))
                return false;
            received += count;
        }

        return true;
    }
}
