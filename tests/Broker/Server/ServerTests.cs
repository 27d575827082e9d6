using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Server;

public sealed class ServerTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-server-").FullName;
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions
        {
            DataDirectory = _directory,
            Port = 0,
            MaxRequestBytes = 1 << 20,
            MaintenanceInterval = TimeSpan.FromMilliseconds(100),
            ConnectionIdleTimeout = TimeSpan.FromSeconds(1),
        });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static TheoryData<string, byte[]> Malformed() => new()
    {
        { "negative length", [0xFF, 0xFF, 0xFF, 0xFF] },
        { "no length", [0, 0, 0, 0] },
        { "more than the limit", [0x00, 0x10, 0x00, 0x01] },
        { "a header that ends too soon", [0, 0, 0, 3, 0, 0, 0] },
        { "an API that is none", [0, 0, 0, 10, 0x7F, 0x7F, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF] },
        { "a version that is not served", [0, 0, 0, 10, 0, 1, 0, 99, 0, 0, 0, 1, 0xFF, 0xFF] },
        { "a body that ends too soon", [0, 0, 0, 12, 0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0x00, 0x01] },
        { "an array of impossible length", [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_request_ends_its_connection_only(string what, byte[] bytes)
    {
        using var good = await RawClient.ConnectAsync(_broker.Port);
        using var bad = await RawClient.ConnectAsync(_broker.Port);
        await bad.SendBytesAsync(bytes);
        Assert.True(await bad.ReceiveBytesAsync() is null, what);
        var metadata = await good.AskAsync<MetadataRequest, MetadataResponse>(9, new());
        Assert.Single(metadata.Brokers);
    }

    [Fact]
    public async Task An_unknown_version_of_ApiVersions_is_answered_with_version_0()
    {
        using var client = await RawClient.ConnectAsync(_broker.Port);
        await client.SendBytesAsync([0, 0, 0, 10, 0, 18, 0, 99, 0, 0, 0, 7, 0xFF, 0xFF]);
        var (id, response) = await client.ReceiveAsync<ApiVersionsResponse>(0);
        Assert.Equal(7, id);
        Assert.Equal(ErrorCode.UnsupportedVersion, response.ErrorCode);
        var range = Assert.Single(response.ApiKeys);
        Assert.Equal((18, 0, 4), (range.ApiKey, range.MinVersion, range.MaxVersion));

        var all = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(3, new() { ClientSoftwareName = "t", ClientSoftwareVersion = "1" });
        Assert.Contains(all.ApiKeys, key => key.ApiKey == 0 && key is { MinVersion: 0, MaxVersion: 11 });
    }

    [Fact]
    public async Task A_request_may_come_in_any_pieces()
    {
        using var client = await RawClient.ConnectAsync(_broker.Port);
        using var frame = MessageCodec.WriteRequest(5, "pieces", 9, new MetadataRequest());
        var bytes = frame.ToArray();
        foreach (var one in bytes)
            await client.SendBytesAsync([one]);
        Assert.Equal(5, (await client.ReceiveAsync<MetadataResponse>(9)).Id);

        await client.SendBytesAsync([.. bytes, .. bytes, .. bytes[..7]]);
        Assert.Equal(5, (await client.ReceiveAsync<MetadataResponse>(9)).Id);
        Assert.Equal(5, (await client.ReceiveAsync<MetadataResponse>(9)).Id);
        await client.SendBytesAsync(bytes[7..]);
        Assert.Equal(5, (await client.ReceiveAsync<MetadataResponse>(9)).Id);
    }

    [Fact]
    public async Task Produce_requests_in_flight_are_appended_and_answered_in_order()
    {
        using var client = await CreateTopicAsync("pipelined");
        var ids = new List<int>();
        for (var i = 0; i < 100; i++)
            ids.Add(await client.SendAsync(9, Produce("pipelined", acks: i % 3 == 0 ? (short)1 : (short)-1, new string('x', 2000))));
        for (var i = 0; i < 100; i++)
        {
            var (id, response) = await client.ReceiveAsync<ProduceResponse>(9);
            Assert.Equal(ids[i], id);
            Assert.Equal(i, response.Responses[0].PartitionResponses[0].BaseOffset);
        }
    }

    [Fact]
    public async Task A_long_poll_holds_back_what_is_asked_after_it()
    {
        using var client = await CreateTopicAsync("polled");
        var fetch = await client.SendAsync(11, Fetch("polled", maxWaitMs: 300));
        var metadata = await client.SendAsync(9, new MetadataRequest());
        Assert.Equal(fetch, (await client.ReceiveAsync<FetchResponse>(11)).Id);
        Assert.Equal(metadata, (await client.ReceiveAsync<MetadataResponse>(9)).Id);
    }

    [Fact]
    public async Task A_long_poll_ends_with_the_first_record()
    {
        using var reader = await CreateTopicAsync("woken");
        await reader.SendAsync(11, Fetch("woken", maxWaitMs: 60_000));
        var waiting = reader.ReceiveAsync<FetchResponse>(11);
        using var writer = await RawClient.ConnectAsync(_broker.Port);
        await writer.AskAsync<ProduceRequest, ProduceResponse>(9, Produce("woken", acks: 1, "now"));
        var (_, response) = await waiting.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.True(response.Responses[0].Partitions[0].Records.Length > 0);
    }

    [Fact]
    public async Task A_refusal_under_acks_0_closes_the_connection()
    {
        using var client = await CreateTopicAsync("silent");
        await client.SendAsync(9, Produce("silent", acks: 0, "fine"));
        Assert.Single((await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers);
        await client.SendAsync(9, Produce("missing", acks: 0, "lost"));
        Assert.Null(await client.ReceiveBytesAsync());
    }

    [Fact]
    public async Task A_silent_connection_is_closed_in_the_end()
    {
        using var client = await RawClient.ConnectAsync(_broker.Port);
        Assert.Null(await client.ReceiveBytesAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_address_that_a_client_used_is_advertised()
    {
        using var client = await RawClient.ConnectAsync(_broker.Port);
        var broker = (await client.AskAsync<MetadataRequest, MetadataResponse>(9, new())).Brokers[0];
        Assert.Equal(("127.0.0.1", _broker.Port), (broker.Host, broker.Port));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_clients()
    {
        using var client = await CreateTopicAsync("stopped");
        await client.SendAsync(11, Fetch("stopped", maxWaitMs: 3_600_000));
        await _broker.StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Null(await client.ReceiveBytesAsync());
    }

    private static ProduceRequest Produce(string topic, short acks, string value) => new()
    {
        TransactionalId = null,
        Acks = acks,
        TimeoutMs = 10_000,
        TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = new RecordData(TestLog.Batch(value)) }] }],
    };

    private static FetchRequest Fetch(string topic, int maxWaitMs) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = 1,
        Topics = [new() { Topic = topic, Partitions = [new() { Partition = 0, PartitionMaxBytes = 1 << 20 }] }],
    };

    private async Task<RawClient> CreateTopicAsync(string name)
    {
        var client = await RawClient.ConnectAsync(_broker.Port);
        var response = await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            5, new() { Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] });
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
        return client;
    }
}
