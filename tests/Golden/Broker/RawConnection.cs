using System.Buffers.Binary;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedStreams.Broker.Protocol;
using MedStreams.Golden.Tests.Protocol;

namespace MedStreams.Golden.Tests.Broker;

/// <summary>A connection on which requests and responses are JSON.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly Dictionary<string, Type> Messages = typeof(IApiMessage).Assembly.GetTypes()
        .Where(t => t.IsClass && t.IsAssignableTo(typeof(IApiMessage)))
        .ToDictionary(t => t.Name);

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly Queue<(ApiDescription Api, short Version)> _sent = new();
    private int _lastId;

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync("127.0.0.1", port);
        return connection;
    }

    public async Task SendAsync(string api, short version, JsonObject request)
    {
        using var document = JsonDocument.Parse(request.ToJsonString());
        var message = MessageJson.Read(document.RootElement, Messages[api + "Request"]);
        using var frame = (FrameWriter)Generic(nameof(MessageCodec.WriteRequest), message.GetType())
            .Invoke(null, [++_lastId, "golden", version, message])!;
        await _client.GetStream().WriteAsync(frame.ToArray());
        _sent.Enqueue((ApiTable.Get(Enum.Parse<ApiKey>(api)), version));
    }

    public async Task<JsonObject> ReceiveAsync()
    {
        var (api, version) = _sent.Dequeue();
        var length = new byte[4];
        await _client.GetStream().ReadExactlyAsync(length);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await _client.GetStream().ReadExactlyAsync(frame);

        // The header: the correlation id and, where it is flexible, an empty section of tags.
        var header = api.ResponseHeaderVersion(version) == 0 ? 4 : 5;
        object?[] arguments = [new ReadOnlyMemory<byte>(frame, header, frame.Length - header), version, null, null];
        var read = (bool)Generic(nameof(MessageCodec.TryRead), Messages[api.Name + "Response"]).Invoke(null, arguments)!;
        Assert.True(read, $"The response of {api.Name} {version} cannot be read.");
        return MessageToJson.Write(arguments[2]!);
    }

    public void Dispose() => _client.Dispose();

    private static MethodInfo Generic(string name, Type message) =>
        typeof(MessageCodec).GetMethod(name, BindingFlags.Static | BindingFlags.Public)!.MakeGenericMethod(message);
}
