using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Server;

/// <summary>A connection on which a test says exactly what is sent.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private int _lastId;

    public string? ClientId { get; set; } = "test";

    private Stream Stream { get; set; } = Stream.Null;

    /// <summary>The client's own port.</summary>
    public int LocalPort => ((IPEndPoint)_client.Client.LocalEndPoint!).Port;

    public static async Task<RawClient> ConnectAsync(int port, IPAddress? address = null)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(address ?? IPAddress.Loopback, port);
        client.Stream = client._client.GetStream();
        return client;
    }

    /// <summary>Connects and shakes hands.</summary>
    public static async Task<RawClient> ConnectTlsAsync(int port, SslClientAuthenticationOptions options)
    {
        var client = await ConnectAsync(port);
        try
        {
            var tls = new SslStream(client.Stream);
            client.Stream = tls;
            await tls.AuthenticateAsClientAsync(options);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The certificate that the broker showed.</summary>
    public X509Certificate2 BrokerCertificate => (X509Certificate2)((SslStream)Stream).RemoteCertificate!;

    /// <summary>The version of TLS that is spoken.</summary>
    public SslProtocols TlsVersion => ((SslStream)Stream).SslProtocol;

    /// <summary>Sends a request and answers its correlation id.</summary>
    public async Task<int> SendAsync<T>(short version, T request)
        where T : class, IApiMessage
    {
        using var frame = MessageCodec.WriteRequest(++_lastId, ClientId, version, request);
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

    public void Dispose()
    {
        _client.Dispose();
        Stream.Dispose();
    }
}
