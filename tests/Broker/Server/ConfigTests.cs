using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Server;

/// <summary>Configurations over the wire, and what they do.</summary>
public sealed class ConfigTests : IAsyncLifetime
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-configs-").FullName;
    private EmbeddedBroker _broker = null!;
    private RawClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await CreateAsync("t");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task The_brokers_configuration_can_be_seen_altered_and_counts_for_topics_at_once()
    {
        var before = await DescribeAsync(BrokerResource, "1");
        Assert.Equal(("1048588", 5, false), Of(before, "message.max.bytes"));
        Assert.Equal(("3", 4, true), Of(before, "num.partitions"));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("message.max.bytes", 0, "200")));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "", ("message.max.bytes", 0, "300")));
        Assert.Equal(("200", 2, false), Of(await DescribeAsync(BrokerResource, "1"), "message.max.bytes"));
        Assert.Equal([("message.max.bytes", "300", (sbyte)3)], (await DescribeAsync(BrokerResource, "")).Configs.Select(c => (c.Name, c.Value!, c.ConfigSource)));
        var topic = (await DescribeAsync(TopicResource, "t")).Configs.Single(config => config.Name == "max.message.bytes");
        Assert.Equal(("200", (sbyte)2), (topic.Value, topic.ConfigSource));
        Assert.Equal(["200", "300", "1048588"], topic.Synonyms.Select(synonym => synonym.Value));
        Assert.Equal(ErrorCode.MessageTooLarge, (await ProduceAsync("t", new string('x', 300))).ErrorCode);
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("message.max.bytes", 1, null)));
        Assert.Equal(ErrorCode.MessageTooLarge, (await ProduceAsync("t", new string('x', 300))).ErrorCode);

        // What was altered survives a restart, and goes back when it is taken away.
        await RestartAsync();
        Assert.Equal(("300", 3, false), Of(await DescribeAsync(BrokerResource, "1"), "message.max.bytes"));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "", ("message.max.bytes", 1, null)));
        Assert.Equal(ErrorCode.None, (await ProduceAsync("t", new string('x', 300))).ErrorCode);
    }

    [Theory]
    [InlineData(BrokerResource, "2", "message.max.bytes", "1", ErrorCode.InvalidRequest)]
    [InlineData(BrokerResource, "1", "num.partitions", "9", ErrorCode.InvalidRequest)]
    [InlineData(BrokerResource, "1", "message.max.bytes", "much", ErrorCode.InvalidRequest)]
    [InlineData(TopicResource, "t", "unclean.leader.election.enable", "true", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "remote.storage.enable", "true", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "none", "retention.ms", "1", ErrorCode.UnknownTopicOrPartition)]
    internal async Task What_cannot_be_altered_is_refused(sbyte type, string resource, string name, string value, ErrorCode expected) =>
        Assert.Equal(expected, await AlterAsync(type, resource, (name, 0, value)));

    [Fact]
    public async Task Configurations_of_no_effect_are_shown_as_read_only_and_may_be_given_when_a_topic_is_made()
    {
        await CreateAsync("u", ("unclean.leader.election.enable", "true"));
        Assert.Equal(("true", 1, true), Of(await DescribeAsync(TopicResource, "u"), "unclean.leader.election.enable"));
        Assert.Equal(("604800000", 5, false), Of(await DescribeAsync(TopicResource, "u"), "retention.ms"));
    }

    [Fact]
    public async Task Append_times_are_answered_and_stored()
    {
        await CreateAsync("l", ("message.timestamp.type", "LogAppendTime"));
        var now = DateTimeOffset.UnixEpoch.Add(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).ToUnixTimeMilliseconds();
        var answer = await ProduceAsync("l", "x");
        Assert.InRange(answer.LogAppendTimeMs, now, now + 10_000);
        var found = await _client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(7, new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics = [new() { Name = "l", Partitions = [new() { PartitionIndex = 0, Timestamp = -3, CurrentLeaderEpoch = -1 }] }],
        });
        Assert.Equal((0, answer.LogAppendTimeMs), (found.Topics[0].Partitions[0].Offset, found.Topics[0].Partitions[0].Timestamp));
        Assert.Equal(-1, (await ProduceAsync("t", "x")).LogAppendTimeMs);
    }

    [Fact]
    public async Task Times_out_of_range_are_refused_record_by_record()
    {
        await CreateAsync("m", ("message.timestamp.before.max.ms", "1000"));
        var answer = await ProduceAsync("m", "old");
        Assert.Equal(ErrorCode.InvalidTimestamp, answer.ErrorCode);
        Assert.Equal([0], answer.RecordErrors.Select(record => record.BatchIndex));
        Assert.NotNull(answer.ErrorMessage);
    }

    [Fact]
    public async Task More_copies_than_there_are_brokers_cannot_be_waited_for()
    {
        await CreateAsync("c", ("min.insync.replicas", "2"));
        Assert.Equal(ErrorCode.NotEnoughReplicas, (await ProduceAsync("c", "x")).ErrorCode);
        Assert.Equal(ErrorCode.None, (await ProduceAsync("c", "x", acks: 1)).ErrorCode);
    }

    [Fact]
    public async Task A_topics_compression_is_the_one_that_readers_get()
    {
        await CreateAsync("z", ("compression.type", "zstd"));
        Assert.Equal(ErrorCode.None, (await ProduceAsync("z", new string('x', 1000))).ErrorCode);
        var fetched = await _client.AskAsync<FetchRequest, FetchResponse>(11, new FetchRequest
        {
            ReplicaId = -1,
            MaxBytes = 1 << 20,
            SessionEpoch = -1,
            Topics = [new() { Topic = "z", Partitions = [new() { Partition = 0, PartitionMaxBytes = 1 << 20, CurrentLeaderEpoch = -1, LastFetchedEpoch = -1 }] }],
        });
        var records = fetched.Responses[0].Partitions[0].Records.ToMemory();
        Assert.Equal(CompressionType.Zstd, new RecordBatch(records.Span).Compression);
        Assert.InRange(records.Length, BatchLayout.Records + 1, 200);
    }

    private static (string? Value, int Source, bool ReadOnly) Of(DescribeConfigsResponse.DescribeConfigsResult result, string name)
    {
        var config = result.Configs.Single(c => c.Name == name);
        return (config.Value, config.ConfigSource, config.ReadOnly);
    }

    private async Task<DescribeConfigsResponse.DescribeConfigsResult> DescribeAsync(sbyte type, string name)
    {
        var response = await _client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(4, new DescribeConfigsRequest
        {
            Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = null }],
            IncludeSynonyms = true,
        });
        Assert.Equal(ErrorCode.None, response.Results[0].ErrorCode);
        return response.Results[0];
    }

    private async Task<ErrorCode> AlterAsync(sbyte type, string resource, params (string Name, sbyte Operation, string? Value)[] changes)
    {
        var response = await _client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(1, new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = type,
                    ResourceName = resource,
                    Configs = [.. changes.Select(c => new IncrementalAlterConfigsRequest.AlterableConfig { Name = c.Name, ConfigOperation = c.Operation, Value = c.Value })],
                },
            ],
        });
        return response.Responses[0].ErrorCode;
    }

    private async Task<ProduceResponse.PartitionProduceResponse> ProduceAsync(string topic, string value, short acks = -1)
    {
        var response = await _client.AskAsync<ProduceRequest, ProduceResponse>(9, new ProduceRequest
        {
            Acks = acks,
            TimeoutMs = 1000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Index = 0, Records = new RecordData(TestLog.Batch(value)) }] }],
        });
        return response.Responses[0].PartitionResponses[0];
    }

    private async Task CreateAsync(string name, params (string Name, string Value)[] configs)
    {
        var response = await _client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new CreateTopicsRequest
        {
            Topics =
            [
                new()
                {
                    Name = name,
                    NumPartitions = 1,
                    ReplicationFactor = 1,
                    Configs = [.. configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Name, Value = c.Value })],
                },
            ],
        });
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
    }

    private async Task StartAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _directory, Port = 0, DefaultPartitions = 3 });
        await _broker.StartAsync(TestContext.Current.CancellationToken);
        _client = await RawClient.ConnectAsync(_broker.Port);
    }

    private async Task RestartAsync()
    {
        _client.Dispose();
        await _broker.DisposeAsync();
        await StartAsync();
    }
}
