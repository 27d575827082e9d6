using System.Buffers.Binary;
using System.Net.Sockets;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Server;

/// <summary>A connection on which a test says exactly what is sent.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private int _lastId;

    private NetworkStream Stream => _client.GetStream();

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._client.ConnectAsync("127.0.0.1", port);
        return client;
    }

    /// <summary>Sends a request and answers its correlation id.</summary>
    public async Task<int> SendAsync<T>(short version, T request)
        where T : class, IApiMessage
    {
        using var frame = MessageCodec.WriteRequest(++_lastId, "test", version, request);
        await SendBytesAsync(frame.ToArray());
        return _lastId;
    }

    public async Task SendBytesAsync(byte[] bytes) => await Stream.WriteAsync(bytes);

    /// <summary>Receives the next response with its correlation id.</summary>
    public async Task<(int Id, T Response)> ReceiveAsync<T>(short version)
        where T : class, IResponse, new()
    {
        var frame = await ReceiveBytesAsync() ?? throw new IOException("The broker closed the connection.");
        var header = ApiTable.Get(T.Api).ResponseHeaderVersion(version) == 0 ? 4 : 5;
        Assert.True(MessageCodec.TryRead<T>(frame.AsMemory(header), version, out var response, out _));
        return (BinaryPrimitives.ReadInt32BigEndian(frame), response);
    }

    public async Task<TResponse> AskAsync<TRequest, TResponse>(short version, TRequest request)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new()
    {
        await SendAsync(version, request);
        return (await ReceiveAsync<TResponse>(version)).Response;
    }

    /// <summary>The next frame without its length; null when the broker closed the connection.</summary>
    public async Task<byte[]?> ReceiveBytesAsync()
    {
        try
        {
            var length = new byte[4];
            if (await Stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false) < 4)
                return null;
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await Stream.ReadExactlyAsync(frame);
            return frame;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
