using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Api;

/// <summary>What clients are answered that ask for odd things: as Apache Kafka 3.9 answers.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private AskedBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await AskedBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData(0, -1, true)]
    [InlineData(0, 0, true)]
    [InlineData(7, -1, true)]
    [InlineData(7, 0, true)]
    [InlineData(0, 3, false)]
    [InlineData(7, 1, false)]
    public async Task Only_who_goes_on_with_a_fetch_session_is_told_that_there_is_none(int session, int epoch, bool served)
    {
        await _broker.CreateTopicAsync("t");
        var response = await _broker.AskAsync<FetchRequest, FetchResponse>(11, new()
        {
            SessionId = session,
            SessionEpoch = epoch,
            Topics = [new() { Topic = "t", Partitions = [new() { PartitionMaxBytes = 1 << 20 }] }],
        });
        Assert.Equal(
            (served ? ErrorCode.None : ErrorCode.FetchSessionIdNotFound, 0, served ? 1 : 0),
            (response.ErrorCode, response.SessionId, response.Responses.Count));
    }

    [Theory]
    [InlineData(0, -3)]
    [InlineData(1, -3)]
    [InlineData(6, -3)]
    [InlineData(7, -4)]
    [InlineData(7, -5)]
    public async Task A_time_that_means_nothing_in_this_version_is_refused(short version, long timestamp)
    {
        await _broker.CreateTopicAsync("t");
        Assert.Equal(ErrorCode.UnsupportedVersion, (await ListAsync(version, (0, timestamp)))[0].ErrorCode);
    }

    [Fact]
    public async Task A_partition_that_is_named_twice_is_refused()
    {
        await _broker.CreateTopicAsync("t", 2);
        Assert.Equal(
            [ErrorCode.InvalidRequest, ErrorCode.None, ErrorCode.InvalidRequest],
            (await ListAsync(7, (0, -1), (1, -1), (0, -2))).Select(p => p.ErrorCode));
    }

    [Fact]
    public async Task Metadata_names_each_topic_once_and_tells_internal_ones()
    {
        await _broker.CreateTopicAsync("a.b");
        var response = await MetadataAsync(9, allow: true, "a.b", "a.b", "a_b", "__consumer_offsets", "no/name", "new");
        Assert.Equal(
            [
                ("a.b", ErrorCode.None, false),
                ("a_b", ErrorCode.UnknownTopicOrPartition, false),
                ("__consumer_offsets", ErrorCode.UnknownTopicOrPartition, true),
                ("no/name", ErrorCode.InvalidTopicException, false),
                ("new", ErrorCode.UnknownTopicOrPartition, false),
            ],
            response.Topics.Select(t => (t.Name!, t.ErrorCode, t.IsInternal)));
        Assert.Equal(
            [("a_b", ErrorCode.UnknownTopicOrPartition), ("new", ErrorCode.None)],
            (await MetadataAsync(9, allow: false, "a_b", "new")).Topics.Select(t => (t.Name!, t.ErrorCode)));
    }

    [Fact]
    public async Task Topics_are_asked_for_by_their_ids_from_version_12_on()
    {
        await _broker.CreateTopicAsync("t");
        var id = (await MetadataAsync(10, allow: false, "t")).Topics[0].TopicId;
        Assert.Equal(
            ("t", ErrorCode.None), await ByIdAsync(12, id));
        Assert.Equal((null, ErrorCode.UnknownTopicId), await ByIdAsync(12, Guid.NewGuid()));
        Assert.Equal(("", ErrorCode.InvalidRequest), await ByIdAsync(10, id));
    }

    [Theory]
    [InlineData(null, 5, -1)]
    [InlineData(null, -1, 5)]
    [InlineData("x", 5, -1)]
    [InlineData("x", -1, 5)]
    [InlineData("", -1, -1)]
    public async Task Half_a_producer_is_none(string? transactionalId, long producerId, short epoch)
    {
        var response = await _broker.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(4, new()
        {
            TransactionalId = transactionalId,
            TransactionTimeoutMs = 1000,
            ProducerId = producerId,
            ProducerEpoch = epoch,
        });
        Assert.Equal((ErrorCode.InvalidRequest, -1L, (short)-1), (response.ErrorCode, response.ProducerId, response.ProducerEpoch));
    }

    [Fact]
    public async Task Partitions_that_would_be_no_more_are_refused_before_their_assignment_is_looked_at()
    {
        await _broker.CreateTopicAsync("t", 2);
        Assert.Equal(ErrorCode.InvalidPartitions, await WidenAsync(2, [1], [1]));
        Assert.Equal(ErrorCode.InvalidPartitions, await WidenAsync(1));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await WidenAsync(4, [1]));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await WidenAsync(3, [2]));
        Assert.Equal(ErrorCode.None, await WidenAsync(3, [1]));
    }

    [Fact]
    public async Task Topics_to_delete_are_named_once_by_name_or_by_id()
    {
        await _broker.CreateTopicAsync("t");
        await _broker.CreateTopicAsync("u");
        var id = (await MetadataAsync(10, allow: false, "t")).Topics[0].TopicId;
        var response = await _broker.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(6, new()
        {
            Topics =
            [
                new() { Name = "t", TopicId = id },
                new() { Name = null, TopicId = Guid.Empty },
                new() { Name = "u" },
                new() { Name = "u" },
                new() { Name = "" },
                new() { Name = "v" },
                new() { Name = null, TopicId = Guid.NewGuid() },
            ],
        });
        Assert.Equal(
            [
                ("t", ErrorCode.InvalidRequest),
                (null, ErrorCode.InvalidRequest),
                ("u", ErrorCode.InvalidRequest),
                ("", ErrorCode.InvalidRequest),
                ("v", ErrorCode.UnknownTopicOrPartition),
                (null, ErrorCode.UnknownTopicId),
            ],
            response.Responses.Select(r => (r.Name, r.ErrorCode)));
        Assert.Equal(
            [ErrorCode.None, ErrorCode.None], (await MetadataAsync(9, allow: false, "t", "u")).Topics.Select(t => t.ErrorCode));
    }

    private async Task<IReadOnlyList<ListOffsetsResponse.ListOffsetsPartitionResponse>> ListAsync(
        short version, params (int Partition, long Timestamp)[] partitions)
    {
        var response = await _broker.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(version, new()
        {
            ReplicaId = -1,
            Topics =
            [
                new()
                {
                    Name = "t",
                    Partitions =
                    [
                        .. partitions.Select(p => new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = p.Partition, Timestamp = p.Timestamp }),
                    ],
                },
            ],
        });
        return response.Topics[0].Partitions;
    }

    private Task<MetadataResponse> MetadataAsync(short version, bool allow, params string[] topics) =>
        _broker.AskAsync<MetadataRequest, MetadataResponse>(version, new()
        {
            AllowAutoTopicCreation = allow,
            Topics = [.. topics.Select(t => new MetadataRequest.MetadataRequestTopic { Name = t })],
        });

    private async Task<(string?, ErrorCode)> ByIdAsync(short version, Guid id)
    {
        var response = await _broker.AskAsync<MetadataRequest, MetadataResponse>(
            version, new() { Topics = [new() { Name = null, TopicId = id }] });
        return (response.Topics[0].Name, response.Topics[0].ErrorCode);
    }

    private async Task<ErrorCode> WidenAsync(int count, params int[][] assignments)
    {
        var response = await _broker.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(3, new()
        {
            Topics =
            [
                new()
                {
                    Name = "t",
                    Count = count,
                    Assignments = assignments.Length == 0 ? null : [.. assignments.Select(a => new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [.. a] })],
                },
            ],
        });
        return response.Results[0].ErrorCode;
    }
}
