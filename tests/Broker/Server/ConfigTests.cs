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
    [InlineData(BrokerResource, "1", "log.message.format.version", "2.8", ErrorCode.InvalidRequest)]
    [InlineData(BrokerResource, "1", "num.io.threads", "0", ErrorCode.InvalidRequest)]
    [InlineData(BrokerResource, "1", "no.such.config", "1", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "no.such.config", "1", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "follower.replication.throttled.replicas", "0:1,1", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "leader.replication.throttled.replicas", "*,0:1", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "message.format.version", "new", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "compression.gzip.level", "0", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "max.compaction.lag.ms", "0", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "t", "remote.storage.enable", "true", ErrorCode.InvalidConfig)]
    [InlineData(TopicResource, "none", "retention.ms", "1", ErrorCode.UnknownTopicOrPartition)]
    internal async Task What_cannot_be_altered_is_refused(sbyte type, string resource, string name, string value, ErrorCode expected) =>
        Assert.Equal(expected, await AlterAsync(type, resource, (name, 0, value)));

    /// <summary>Every configuration of topics that Apache Kafka 3.9 knows, whether one node can do anything with it or not.</summary>
    [Theory]
    [InlineData("cleanup.policy", "compact,delete")]
    [InlineData("compression.gzip.level", "1")]
    [InlineData("compression.lz4.level", "3")]
    [InlineData("compression.type", "zstd")]
    [InlineData("compression.zstd.level", "-5")]
    [InlineData("delete.retention.ms", "7")]
    [InlineData("file.delete.delay.ms", "7")]
    [InlineData("flush.messages", "7")]
    [InlineData("flush.ms", "7")]
    [InlineData("follower.replication.throttled.replicas", "0:1,1:1")]
    [InlineData("index.interval.bytes", "7")]
    [InlineData("leader.replication.throttled.replicas", "*")]
    [InlineData("local.retention.bytes", "7")]
    [InlineData("local.retention.ms", "7")]
    [InlineData("max.compaction.lag.ms", "7")]
    [InlineData("max.message.bytes", "7")]
    [InlineData("message.downconversion.enable", "false")]
    [InlineData("message.format.version", "2.8")]
    [InlineData("message.timestamp.after.max.ms", "7")]
    [InlineData("message.timestamp.before.max.ms", "7")]
    [InlineData("message.timestamp.difference.max.ms", "7")]
    [InlineData("message.timestamp.type", "LogAppendTime")]
    [InlineData("min.cleanable.dirty.ratio", "0.25")]
    [InlineData("min.compaction.lag.ms", "7")]
    [InlineData("min.insync.replicas", "2")]
    [InlineData("preallocate", "true")]
    [InlineData("remote.log.copy.disable", "true")]
    [InlineData("remote.log.delete.on.disable", "true")]
    [InlineData("retention.bytes", "7")]
    [InlineData("retention.ms", "7")]
    [InlineData("segment.bytes", "70")]
    [InlineData("segment.index.bytes", "70")]
    [InlineData("segment.jitter.ms", "7")]
    [InlineData("segment.ms", "7")]
    [InlineData("unclean.leader.election.enable", "true")]
    public async Task A_topics_configuration_is_taken_kept_shown_and_taken_away(string name, string value)
    {
        await CreateAsync("u", (name, value));
        Assert.Equal((value, 1, false), Of(await DescribeAsync(TopicResource, "u"), name));
        var before = Of(await DescribeAsync(TopicResource, "t"), name);
        Assert.False(before.ReadOnly);
        Assert.NotEqual(1, before.Source);
        Assert.NotEqual(value, before.Value);
        Assert.Equal(ErrorCode.None, await AlterAsync(TopicResource, "t", (name, 0, value)));
        Assert.Equal((value, 1, false), Of(await DescribeAsync(TopicResource, "t"), name));
        await RestartAsync();
        Assert.Equal((value, 1, false), Of(await DescribeAsync(TopicResource, "t"), name));
        Assert.Equal(ErrorCode.None, await AlterAsync(TopicResource, "t", (name, 1, null)));
        Assert.Equal(before, Of(await DescribeAsync(TopicResource, "t"), name));
    }

    /// <summary>What Apache Kafka 3.9 lets operators alter while brokers run, but for keys and listeners.</summary>
    [Theory]
    [InlineData("background.threads", "12")]
    [InlineData("compression.type", "gzip")]
    [InlineData("follower.replication.throttled.rate", "1000")]
    [InlineData("leader.replication.throttled.rate", "1000")]
    [InlineData("log.cleaner.backoff.ms", "100")]
    [InlineData("log.cleaner.dedupe.buffer.size", "1000000")]
    [InlineData("log.cleaner.io.buffer.size", "100000")]
    [InlineData("log.cleaner.threads", "2")]
    [InlineData("log.local.retention.ms", "5")]
    [InlineData("log.preallocate", "true")]
    [InlineData("log.retention.ms", "100000")]
    [InlineData("max.connections", "100")]
    [InlineData("max.connections.per.ip", "100")]
    [InlineData("message.max.bytes", "100000")]
    [InlineData("min.insync.replicas", "2")]
    [InlineData("num.io.threads", "4")]
    [InlineData("num.network.threads", "4")]
    [InlineData("num.recovery.threads.per.data.dir", "2")]
    [InlineData("num.replica.fetchers", "2")]
    [InlineData("producer.id.expiration.ms", "60000")]
    [InlineData("replica.alter.log.dirs.io.max.bytes.per.second", "1000")]
    [InlineData("transaction.partition.verification.enable", "false")]
    [InlineData("unclean.leader.election.enable", "true")]
    public async Task A_brokers_configuration_that_may_be_altered_is_taken_kept_and_shown(string name, string value)
    {
        var before = Of(await DescribeAsync(BrokerResource, "1"), name);
        Assert.False(before.ReadOnly);
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", (name, 0, value)));
        Assert.Equal((value, 2, false), Of(await DescribeAsync(BrokerResource, "1"), name));
        await RestartAsync();
        Assert.Equal((value, 2, false), Of(await DescribeAsync(BrokerResource, "1"), name));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", (name, 1, null)));
        Assert.Equal(before, Of(await DescribeAsync(BrokerResource, "1"), name));
    }

    [Fact]
    public async Task Lags_of_compaction_that_contradict_each_other_are_refused_whoever_says_them()
    {
        Assert.Equal(
            ErrorCode.InvalidConfig, await AlterAsync(TopicResource, "t", ("min.compaction.lag.ms", 0, "10"), ("max.compaction.lag.ms", 0, "9")));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("log.cleaner.max.compaction.lag.ms", 0, "9")));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(TopicResource, "t", ("min.compaction.lag.ms", 0, "10")));
        Assert.Equal(ErrorCode.None, await AlterAsync(TopicResource, "t", ("min.compaction.lag.ms", 0, "9")));
    }

    [Fact]
    public async Task More_connections_are_let_in_as_soon_as_there_may_be_more()
    {
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("max.connections", 0, "1")));
        using var second = await RawClient.ConnectAsync(_broker.Port);
        var answer = second.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(3, new() { ClientSoftwareName = "t", ClientSoftwareVersion = "1" });
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("message.max.bytes", 0, "200")));
        Assert.False(answer.IsCompleted);
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("max.connections", 0, "2")));
        await answer.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "1", ("max.connections.per.ip", 0, "2")));
        using var third = await RawClient.ConnectAsync(_broker.Port);
        Assert.Null(await third.ReceiveBytesAsync());
    }

    [Fact]
    public async Task Without_verification_a_transaction_may_write_where_it_was_not_announced()
    {
        var producer = await _client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            3, new() { TransactionalId = "x", TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 });
        var batch = TestLog.Batch(producer.ProducerId, producer.ProducerEpoch, 0, transactional: true, 1);
        Assert.Equal(ErrorCode.InvalidTxnState, await ProduceInTransactionAsync(batch));
        Assert.Equal(ErrorCode.None, await AlterAsync(BrokerResource, "", ("transaction.partition.verification.enable", 0, "false")));
        Assert.Equal(ErrorCode.None, await ProduceInTransactionAsync(batch));
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

    private async Task<ErrorCode> ProduceInTransactionAsync(byte[] batch)
    {
        var response = await _client.AskAsync<ProduceRequest, ProduceResponse>(9, new ProduceRequest
        {
            TransactionalId = "x",
            Acks = -1,
            TimeoutMs = 1000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = new RecordData(batch) }] }],
        });
        return response.Responses[0].PartitionResponses[0].ErrorCode;
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
