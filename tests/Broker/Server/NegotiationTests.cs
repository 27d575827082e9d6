using System.Buffers.Binary;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Tests.Security;

namespace MedStreams.Broker.Tests.Server;

/// <summary>What old and careless clients rely on before they know what the broker speaks.</summary>
public sealed class NegotiationTests : IAsyncLifetime
{
    private SecureBroker _broker = null!;
    private RawClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await SecureBroker.StartAsync();
        _client = await _broker.ConnectAsync(ListenerProtocol.Plaintext);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
    }

    /// <summary>librdkafka 2.0 does not compress, and finds features missing, unless these are inside the ranges.</summary>
    [Theory]
    [InlineData((int)ApiKey.Produce, 0, 3, 7)]
    [InlineData((int)ApiKey.Fetch, 4, 4, 10)]
    [InlineData((int)ApiKey.ListOffsets, 0, 1, 1)]
    [InlineData((int)ApiKey.FindCoordinator, 0, 0, 0)]
    [InlineData((int)ApiKey.InitProducerId, 0, 0, 0)]
    [InlineData((int)ApiKey.SaslHandshake, 0, 0, 1)]
    public async Task Ranges_hold_what_librdkafka_looks_for(int key, int lowest, int first, int second)
    {
        var range = (await VersionsAsync(0)).ApiKeys.Single(api => api.ApiKey == key);
        Assert.Equal(lowest, range.MinVersion);
        Assert.InRange(first, range.MinVersion, range.MaxVersion);
        Assert.InRange(second, range.MinVersion, range.MaxVersion);
    }

    /// <summary>kafkajs throws on a key that is missing; every key is served on every kind of listener.</summary>
    [Fact]
    public async Task Every_key_is_named_in_every_version()
    {
        for (short version = 0; version <= 4; version++)
            Assert.Equal(ApiTable.All.Select(api => (short)api.Key), (await VersionsAsync(version)).ApiKeys.Select(api => api.ApiKey));
        using var sasl = await _broker.ConnectAsync(ListenerProtocol.SaslPlaintext);
        var before = await sasl.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(0, new());
        Assert.Equal(ApiTable.All.Count, before.ApiKeys.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(99)]
    [InlineData(-1)]
    [InlineData(short.MaxValue)]
    public async Task An_unknown_version_of_ApiVersions_is_answered_with_a_body_of_version_0_and_its_own_range(short version)
    {
        var request = new byte[14];
        BinaryPrimitives.WriteInt32BigEndian(request, 10);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(4), (short)ApiKey.ApiVersions);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(6), version);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(8), 77);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(12), -1);
        await _client.SendBytesAsync(request);

        // Correlation id, error, one range, and nothing else: neither a throttle time nor tagged fields.
        Assert.Equal("0000004D" + "0023" + "00000001" + "0012" + "0000" + "0004", Convert.ToHexString((await _client.ReceiveBytesAsync())!));
        Assert.Equal(ErrorCode.None, (await VersionsAsync(3)).ErrorCode);
    }

    [Fact]
    public async Task The_header_of_the_ApiVersions_response_has_no_tags()
    {
        await _client.SendAsync(3, Software("t", "1"));
        var frame = (await _client.ReceiveBytesAsync())!;
        Assert.Equal(0, BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(4)));
        Assert.Equal(ApiTable.All.Count + 1, frame[6]);
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("t", "")]
    [InlineData("-t", "1")]
    [InlineData("t", "1.")]
    [InlineData("a b", "1")]
    [InlineData("ä", "1")]
    public async Task A_client_has_to_name_its_software(string name, string version)
    {
        Assert.Equal(ErrorCode.InvalidRequest, (await _client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(3, Software(name, version))).ErrorCode);
        Assert.Equal(ErrorCode.None, (await VersionsAsync(3)).ErrorCode);
    }

    /// <summary>The id keeps its length of two bytes where everything else is compact.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a client with a name that is longer than a compact length of one byte could say, which would be a hundred and twenty-six bytes or so")]
    public async Task The_client_id_has_a_length_of_two_bytes_in_every_version(string? clientId)
    {
        _client.ClientId = clientId;
        foreach (short version in new short[] { 0, 8, 9, 12 })
            Assert.Single((await _client.AskAsync<MetadataRequest, MetadataResponse>(version, new() { Topics = [] })).Brokers);
    }

    [Fact]
    public async Task Versions_that_are_advertised_but_not_served_end_the_connection()
    {
        await _client.SendAsync(2, new ProduceRequest { Acks = 1 });
        Assert.Null(await _client.ReceiveBytesAsync());
    }

    private static ApiVersionsRequest Software(string name, string version) =>
        new() { ClientSoftwareName = name, ClientSoftwareVersion = version };

    private Task<ApiVersionsResponse> VersionsAsync(short version) =>
        _client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(version, Software("test", "1.0"));
}
