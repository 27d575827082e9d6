using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Server;

namespace MedStreams.Broker.Tests.Api;

/// <summary>A broker and one connection to it.</summary>
internal sealed class AskedBroker : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-asked-").FullName;
    private EmbeddedBroker _broker = null!;
    private RawClient _client = null!;

    public static async Task<AskedBroker> StartAsync(Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        var asked = new AskedBroker();
        var options = new BrokerOptions { DataDirectory = asked._directory, Port = 0, Flush = FlushPolicy.OperatingSystem };
        asked._broker = new EmbeddedBroker(configure?.Invoke(options) ?? options);
        await asked._broker.StartAsync();
        asked._client = await RawClient.ConnectAsync(asked._broker.Port);
        return asked;
    }

    public Task<TResponse> AskAsync<TRequest, TResponse>(short version, TRequest request)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new() => _client.AskAsync<TRequest, TResponse>(version, request);

    public async Task CreateTopicAsync(string name, int partitions = 1, params (string Name, string Value)[] configs)
    {
        var response = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new()
        {
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = partitions,
                    ReplicationFactor = 1,
                    Configs = [.. configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Name, Value = c.Value })],
                },
            ],
        });
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
