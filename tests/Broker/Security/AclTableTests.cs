using System.Collections;
using System.Globalization;
using System.Reflection;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Tests.Server;
using MedStreams.Broker.Tests.Storage;

namespace MedStreams.Broker.Tests.Security;

/// <summary>
/// Each API as a client meets it that may do nothing, that lacks one right of those that are needed, and that has them all.
/// What is needed is what Apache Kafka 3.9 asks for.
/// </summary>
public sealed class AclTableTests : IAsyncLifetime
{
    private const string Admin = "admin";

    /// <summary>APIs that everybody may call.</summary>
    private static readonly ApiKey[] Free = [ApiKey.ApiVersions, ApiKey.SaslHandshake, ApiKey.SaslAuthenticate];

    private static readonly ErrorCode[] Denials =
    [
        ErrorCode.TopicAuthorizationFailed, ErrorCode.GroupAuthorizationFailed, ErrorCode.ClusterAuthorizationFailed,
        ErrorCode.TransactionalIdAuthorizationFailed,
    ];

    private SecureBroker _broker = null!;
    private RawClient _admin = null!;
    private int _users;

    public async ValueTask InitializeAsync()
    {
        _broker = await SecureBroker.StartAsync(options => options with
        {
            Authorization = new AuthorizationOptions { SuperUsers = ["User:" + Admin] },
            InitialRebalanceDelay = TimeSpan.Zero,
            Flush = FlushPolicy.OperatingSystem,
        });
        await _broker.AddUserAsync(Admin);
        _admin = await _broker.ConnectAsync(Admin);
        await AdminAsync<CreateTopicsRequest, CreateTopicsResponse>(5, new()
        {
            Topics = [.. new[] { "t", "doomed" }.Select(name => new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 })],
        });
        await AdminAsync<OffsetCommitRequest, OffsetCommitResponse>(7, Commit());
        var init = await AdminAsync<InitProducerIdRequest, InitProducerIdResponse>(4, new() { TransactionalId = "x", TransactionTimeoutMs = 60_000 });
        await AdminAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(3, new()
        {
            V3AndBelowTransactionalId = "x",
            V3AndBelowProducerId = init.ProducerId,
            V3AndBelowProducerEpoch = init.ProducerEpoch,
            V3AndBelowTopics = [new() { Name = "t", Partitions = [0] }],
        });
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Every_API_asks_for_the_rights_that_Kafka_asks_for()
    {
        var cases = Cases().ToList();
        foreach (var one in cases)
        {
            await CheckAsync(one, [], one.Refused);
            foreach (var missing in one.Needs.Where(_ => one.Needs.Length > 1))
                await CheckAsync(one, [.. one.Needs.Except([missing])], anyDenial: true);
            foreach (var need in one.Needs)
                await CheckAsync(one, [.. Everything().Where(rule => !Grants(rule, need) && (one.Instead is null || !Grants(rule, one.Instead)))], anyDenial: true);
            await CheckAsync(one, one.Needs);
            if (one.Instead is { } instead)
                await CheckAsync(one, [instead]);
        }

        Assert.Equal(
            ApiTable.All.Select(api => api.Key).Except(Free).Order(),
            cases.Select(one => one.Key).Concat([ApiKey.ListGroups, ApiKey.ListTransactions, ApiKey.DescribeCluster]).Distinct().Order());
    }

    [Fact]
    public async Task Lists_show_what_one_may_describe()
    {
        using var stranger = await NewUserAsync();
        Assert.Empty((await stranger.AskAsync<ListGroupsRequest, ListGroupsResponse>(4, new())).Groups);
        Assert.Empty((await stranger.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(1, new() { DurationFilter = -1 })).TransactionStates);
        Assert.Empty((await stranger.AskAsync<MetadataRequest, MetadataResponse>(9, new() { Topics = null })).Topics);

        using var reader = await NewUserAsync(
            Group(AclOperation.Read, "g"), TransactionalId(AclOperation.Write, "x"), Topic(AclOperation.Write, "t"));
        Assert.Equal("g", (await reader.AskAsync<ListGroupsRequest, ListGroupsResponse>(4, new())).Groups.Single().GroupId);
        Assert.Equal("x", (await reader.AskAsync<ListTransactionsRequest, ListTransactionsResponse>(1, new() { DurationFilter = -1 })).TransactionStates.Single().TransactionalId);
        Assert.Equal("t", (await reader.AskAsync<MetadataRequest, MetadataResponse>(9, new() { Topics = null })).Topics.Single().Name);
        var offsets = await reader.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(8, new() { Groups = [new() { GroupId = "g", Topics = null }] });
        Assert.Equal("t", offsets.Groups[0].Topics.Single().Name);

        using var grouper = await NewUserAsync(Group(AclOperation.Describe, "g"), Cluster(AclOperation.Describe));
        offsets = await grouper.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(8, new() { Groups = [new() { GroupId = "g", Topics = null }] });
        Assert.Equal(ErrorCode.None, offsets.Groups[0].ErrorCode);
        Assert.Empty(offsets.Groups[0].Topics);
        Assert.Single((await grouper.AskAsync<ListGroupsRequest, ListGroupsResponse>(4, new())).Groups);
    }

    [Fact]
    public async Task Whether_a_topic_exists_is_not_told_to_who_may_not_describe_it()
    {
        using var stranger = await NewUserAsync();
        foreach (var name in new[] { "t", "no-such-topic" })
        {
            var metadata = await stranger.AskAsync<MetadataRequest, MetadataResponse>(9, new() { Topics = [new() { Name = name }] });
            Assert.Equal((ErrorCode.TopicAuthorizationFailed, Guid.Empty, 0), (metadata.Topics[0].ErrorCode, metadata.Topics[0].TopicId, metadata.Topics[0].Partitions.Count));
            var deletion = await stranger.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(5, new() { TopicNames = [name] });
            Assert.Equal(ErrorCode.TopicAuthorizationFailed, deletion.Responses[0].ErrorCode);
        }

        var id = (await AdminAsync<MetadataRequest, MetadataResponse>(12, new() { Topics = [new() { Name = "t" }] })).Topics[0].TopicId;
        var byId = await stranger.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(6, new() { Topics = [new() { Name = null, TopicId = id }] });
        Assert.Equal((null, ErrorCode.TopicAuthorizationFailed), (byId.Responses[0].Name, byId.Responses[0].ErrorCode));
        using var describer = await NewUserAsync(Topic(AclOperation.Describe, "t"), Topic(AclOperation.Describe, "no-such-topic"));
        byId = await describer.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(6, new() { Topics = [new() { Name = null, TopicId = id }, new() { Name = "no-such-topic" }] });
        Assert.Equal(("t", ErrorCode.TopicAuthorizationFailed), (byId.Responses[0].Name, byId.Responses[0].ErrorCode));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, byId.Responses[1].ErrorCode);
    }

    [Fact]
    public async Task Topics_are_made_by_asking_only_where_one_may_create_them()
    {
        using var writer = await NewUserAsync(Topic(AclOperation.Write, "new", AclPatternType.Prefixed));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, await AskForAsync(writer, "new1"));
        using var maker = await NewUserAsync(Topic(AclOperation.Write, "new", AclPatternType.Prefixed), Topic(AclOperation.Create, "new", AclPatternType.Prefixed));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await AskForAsync(maker, "new2"));
        Assert.Equal(ErrorCode.None, await AskForAsync(writer, "new2"));

        static async Task<ErrorCode> AskForAsync(RawClient client, string name) =>
            (await client.AskAsync<MetadataRequest, MetadataResponse>(9, new() { Topics = [new() { Name = name }], AllowAutoTopicCreation = true })).Topics[0].ErrorCode;
    }

    [Fact]
    public async Task Responses_name_the_operations_that_are_allowed()
    {
        using var client = await NewUserAsync(Topic(AclOperation.Read, "t"), Group(AclOperation.Delete, "g"), Cluster(AclOperation.Alter));
        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(
            9, new() { Topics = [new() { Name = "t" }], IncludeTopicAuthorizedOperations = true, IncludeClusterAuthorizedOperations = true });
        Assert.Equal(Bits(AclOperation.Read, AclOperation.Describe), metadata.Topics[0].TopicAuthorizedOperations);
        Assert.Equal(Bits(AclOperation.Alter, AclOperation.Describe), metadata.ClusterAuthorizedOperations);
        var groups = await client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(5, new() { Groups = ["g"], IncludeAuthorizedOperations = true });
        Assert.Equal(Bits(AclOperation.Delete, AclOperation.Describe), groups.Groups[0].AuthorizedOperations);
        using var stranger = await NewUserAsync();
        var cluster = await stranger.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(1, new() { IncludeClusterAuthorizedOperations = true, EndpointType = 1 });
        Assert.Equal((ErrorCode.None, 0), (cluster.ErrorCode, cluster.ClusterAuthorizedOperations));

        static int Bits(params AclOperation[] operations) => operations.Sum(operation => 1 << (int)operation);
    }

    [Fact]
    public async Task What_a_new_topic_came_out_as_is_shown_to_who_may_describe_it()
    {
        using var maker = await NewUserAsync(Topic(AclOperation.Create, "made", AclPatternType.Prefixed));
        var made = (await maker.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(7, Create("made1"))).Topics[0];
        Assert.Equal((ErrorCode.None, ErrorCode.TopicAuthorizationFailed, -1, 0), (made.ErrorCode, made.TopicConfigErrorCode, made.NumPartitions, made.Configs!.Count));
        using var describer = await NewUserAsync(Topic(AclOperation.Create, "made", AclPatternType.Prefixed), Topic(AclOperation.DescribeConfigs, "made2"));
        made = (await describer.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(7, Create("made2"))).Topics[0];
        Assert.Equal((ErrorCode.None, ErrorCode.None, 1), (made.ErrorCode, made.TopicConfigErrorCode, made.NumPartitions));
    }

    [Fact]
    public async Task One_topic_of_several_may_be_denied()
    {
        using var client = await NewUserAsync(Topic(AclOperation.Write, "t"), Topic(AclOperation.Read, "t"));
        var produced = await client.AskAsync<ProduceRequest, ProduceResponse>(9, Produce(null, "t", "doomed"));
        Assert.Equal([ErrorCode.None, ErrorCode.TopicAuthorizationFailed], produced.Responses.Select(r => r.PartitionResponses[0].ErrorCode));
        var fetched = await client.AskAsync<FetchRequest, FetchResponse>(11, Fetch("t", "doomed"));
        Assert.Equal([ErrorCode.None, ErrorCode.TopicAuthorizationFailed], fetched.Responses.Select(r => r.Partitions[0].ErrorCode));
        Assert.True(fetched.Responses[0].Partitions[0].Records.Length > 0);
    }

    [Fact]
    public async Task Internal_topics_are_closed_to_transactions_of_clients()
    {
        await AdminAsync<FindCoordinatorRequest, FindCoordinatorResponse>(3, new() { Key = "g", KeyType = 0 });
        var answer = await AdminAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(3, new()
        {
            V3AndBelowTransactionalId = "x",
            V3AndBelowProducerId = 0,
            V3AndBelowTopics = [new() { Name = "__consumer_offsets", Partitions = [0] }, new() { Name = "t", Partitions = [0] }],
        });
        Assert.Equal(
            [ErrorCode.TopicAuthorizationFailed, ErrorCode.OperationNotAttempted],
            answer.ResultsByTopicV3AndBelow.Select(t => t.ResultsByPartition[0].PartitionErrorCode));
    }

    private async Task CheckAsync(Case one, AclRule[] rules, ErrorCode refused = ErrorCode.None, bool anyDenial = false)
    {
        using var client = await NewUserAsync(rules);
        var errors = Errors(await one.Ask(client)).ToHashSet();
        errors.Remove(ErrorCode.None);
        var what = $"{one.Key} with [{string.Join("; ", rules.Take(5).Select(r => $"{r.Operation} {r.Resource.Type} {r.Resource.Name}"))}]: {string.Join(", ", errors)}";
        if (anyDenial)
            Assert.True(errors.Overlaps(Denials), what);
        else if (refused == ErrorCode.None)
            Assert.False(errors.Overlaps(Denials), what);
        else
            Assert.True(errors.SetEquals([refused]), what);
    }

    /// <summary>Every right that there is, one by one, on all resources.</summary>
    private static IEnumerable<AclRule> Everything() =>
        from type in new[] { AclResourceType.Topic, AclResourceType.Group, AclResourceType.Cluster, AclResourceType.TransactionalId }
        from operation in Enum.GetValues<AclOperation>()
        where operation is not (AclOperation.Unknown or AclOperation.Any or AclOperation.All)
        select Rule(type, operation, type == AclResourceType.Cluster ? AclPattern.ClusterName : AclPattern.AllNames);

    private static bool Grants(AclRule rule, AclRule need) => rule.Resource.Type == need.Resource.Type && rule.IsAbout(need.Operation);

    private static IEnumerable<ErrorCode> Errors(object message)
    {
        foreach (var property in message.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            switch (property.GetValue(message))
            {
                case ErrorCode error when property.Name != nameof(CreateTopicsResponse.CreatableTopicResult.TopicConfigErrorCode):
                    yield return error;
                    break;
                case IList list:
                    foreach (var error in list.OfType<IWireStruct>().SelectMany(Errors))
                        yield return error;
                    break;
            }
        }
    }

    private async Task<RawClient> NewUserAsync(params AclRule[] rules)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"user{_users++}");
        await _broker.AddUserAsync(name);
        if (rules.Length > 0)
        {
            var answer = await AdminAsync<CreateAclsRequest, CreateAclsResponse>(2, new()
            {
                Creations =
                [
                    .. rules.Select(rule => new CreateAclsRequest.AclCreation
                    {
                        ResourceType = (sbyte)rule.Resource.Type,
                        ResourceName = rule.Resource.Name,
                        ResourcePatternType = (sbyte)rule.Resource.Pattern,
                        Principal = "User:" + name,
                        Host = rule.Host,
                        Operation = (sbyte)rule.Operation,
                        PermissionType = (sbyte)rule.Permission,
                    }),
                ],
            });
            Assert.All(answer.Results, result => Assert.Equal(ErrorCode.None, result.ErrorCode));
        }

        return await _broker.ConnectAsync(name);
    }

    private Task<TResponse> AdminAsync<TRequest, TResponse>(short version, TRequest request)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new() => _admin.AskAsync<TRequest, TResponse>(version, request);

    private static AclRule Topic(AclOperation operation, string name, AclPatternType pattern = AclPatternType.Literal) =>
        Rule(AclResourceType.Topic, operation, name, pattern);

    private static AclRule Group(AclOperation operation, string name) => Rule(AclResourceType.Group, operation, name);

    private static AclRule Cluster(AclOperation operation) => Rule(AclResourceType.Cluster, operation, AclPattern.ClusterName);

    private static AclRule TransactionalId(AclOperation operation, string name) => Rule(AclResourceType.TransactionalId, operation, name);

    private static AclRule Rule(
        AclResourceType type, AclOperation operation, string name, AclPatternType pattern = AclPatternType.Literal) =>
        new(new(type, name, pattern), "", "*", operation, AclPermission.Allow);

    private static IEnumerable<Case> Cases()
    {
        const ErrorCode NoTopic = ErrorCode.TopicAuthorizationFailed;
        const ErrorCode NoGroup = ErrorCode.GroupAuthorizationFailed;
        const ErrorCode NoCluster = ErrorCode.ClusterAuthorizationFailed;
        const ErrorCode NoId = ErrorCode.TransactionalIdAuthorizationFailed;
        yield return Of<ProduceRequest, ProduceResponse>(9, () => Produce(null, "t"), NoTopic, Topic(AclOperation.Write, "t"));
        yield return Of<ProduceRequest, ProduceResponse>(
            9, () => Produce("x", "t"), NoId, Topic(AclOperation.Write, "t"), TransactionalId(AclOperation.Write, "x"));
        yield return Of<FetchRequest, FetchResponse>(11, () => Fetch("t"), NoTopic, Topic(AclOperation.Read, "t"));
        yield return Of<FetchRequest, FetchResponse>(11, () => Follow("t"), NoTopic, Cluster(AclOperation.ClusterAction));
        yield return Of<ListOffsetsRequest, ListOffsetsResponse>(
            7, () => new() { Topics = [new() { Name = "t", Partitions = [new() { Timestamp = -1 }] }] }, NoTopic, Topic(AclOperation.Describe, "t"));
        yield return Of<ListOffsetsRequest, ListOffsetsResponse>(
            0, () => new() { Topics = [new() { Name = "t", Partitions = [new() { Timestamp = -1, MaxNumOffsets = 1 }] }] }, NoTopic, Topic(AclOperation.Describe, "t"));
        yield return Of<MetadataRequest, MetadataResponse>(
            9, () => new() { Topics = [new() { Name = "t" }] }, NoTopic, Topic(AclOperation.Describe, "t"));
        yield return Of<OffsetCommitRequest, OffsetCommitResponse>(7, Commit, NoGroup, Group(AclOperation.Read, "g"), Topic(AclOperation.Read, "t"));
        yield return Of<OffsetFetchRequest, OffsetFetchResponse>(
            8, () => new() { Groups = [new() { GroupId = "g", Topics = [new() { Name = "t", PartitionIndexes = [0] }] }] }, NoGroup,
            Group(AclOperation.Describe, "g"), Topic(AclOperation.Describe, "t"));
        foreach (short version in new short[] { 1, 7 })
        {
            yield return Of<OffsetFetchRequest, OffsetFetchResponse>(
                version, () => new() { GroupId = "g", Topics = [new() { Name = "t", PartitionIndexes = [0] }] }, NoGroup,
                Group(AclOperation.Describe, "g"), Topic(AclOperation.Describe, "t"));
        }

        yield return Of<FindCoordinatorRequest, FindCoordinatorResponse>(3, () => new() { Key = "g", KeyType = 0 }, NoGroup, Group(AclOperation.Describe, "g"));
        yield return Of<FindCoordinatorRequest, FindCoordinatorResponse>(
            4, () => new() { CoordinatorKeys = ["x"], KeyType = 1 }, NoId, TransactionalId(AclOperation.Describe, "x"));
        yield return Of<JoinGroupRequest, JoinGroupResponse>(
            5, () => new() { GroupId = "joined", ProtocolType = "consumer", SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 10_000, GroupInstanceId = null, Protocols = [new() { Name = "range" }] },
            NoGroup, Group(AclOperation.Read, "joined"));
        yield return Of<SyncGroupRequest, SyncGroupResponse>(3, () => new() { GroupId = "g", MemberId = "m", GroupInstanceId = null }, NoGroup, Group(AclOperation.Read, "g"));
        yield return Of<HeartbeatRequest, HeartbeatResponse>(3, () => new() { GroupId = "g", MemberId = "m", GroupInstanceId = null }, NoGroup, Group(AclOperation.Read, "g"));
        yield return Of<LeaveGroupRequest, LeaveGroupResponse>(4, () => new() { GroupId = "g", Members = [new() { MemberId = "m", GroupInstanceId = null }] }, NoGroup, Group(AclOperation.Read, "g"));
        yield return Of<DescribeGroupsRequest, DescribeGroupsResponse>(5, () => new() { Groups = ["g"] }, NoGroup, Group(AclOperation.Describe, "g"));
        yield return Of<DeleteGroupsRequest, DeleteGroupsResponse>(2, () => new() { GroupsNames = ["gone"] }, NoGroup, Group(AclOperation.Delete, "gone"));
        yield return Of<OffsetDeleteRequest, OffsetDeleteResponse>(
            0, () => new() { GroupId = "g", Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 5 }] }] }, NoGroup,
            Group(AclOperation.Delete, "g"), Topic(AclOperation.Read, "t"));
        yield return Of<CreateTopicsRequest, CreateTopicsResponse>(5, () => Create("created"), NoTopic, Topic(AclOperation.Create, "created"))
            with
        { Instead = Cluster(AclOperation.Create) };
        yield return Of<DeleteTopicsRequest, DeleteTopicsResponse>(5, () => new() { TopicNames = ["doomed"] }, NoTopic, Topic(AclOperation.Delete, "doomed"))
            with
        { Instead = Cluster(AclOperation.Delete) };
        yield return Of<DeleteRecordsRequest, DeleteRecordsResponse>(
            1, () => new() { Topics = [new() { Name = "t", Partitions = [new() { Offset = 0 }] }] }, NoTopic, Topic(AclOperation.Delete, "t"));
        yield return Of<CreatePartitionsRequest, CreatePartitionsResponse>(
            1, () => new() { Topics = [new() { Name = "t", Count = 2, Assignments = null }] }, NoTopic, Topic(AclOperation.Alter, "t"));
        yield return Of<InitProducerIdRequest, InitProducerIdResponse>(3, () => new() { TransactionalId = null }, NoCluster, Cluster(AclOperation.IdempotentWrite))
            with
        { Instead = Topic(AclOperation.Write, "any") };
        yield return Of<InitProducerIdRequest, InitProducerIdResponse>(
            3, () => new() { TransactionalId = "y", TransactionTimeoutMs = 1000 }, NoId, TransactionalId(AclOperation.Write, "y"));
        yield return Of<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            3, () => new() { Topics = [new() { Topic = "t", Partitions = [new() { LeaderEpoch = 0 }] }] }, NoTopic, Topic(AclOperation.Describe, "t"))
            with
        { Instead = Cluster(AclOperation.ClusterAction) };
        yield return Of<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
            2, () => new() { V3AndBelowTransactionalId = "x", V3AndBelowTopics = [new() { Name = "t", Partitions = [0] }] }, NoId,
            TransactionalId(AclOperation.Write, "x"), Topic(AclOperation.Write, "t"));
        yield return Of<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
            2, () => new() { TransactionalId = "x", GroupId = "g" }, NoId, TransactionalId(AclOperation.Write, "x"), Group(AclOperation.Read, "g"));
        yield return Of<EndTxnRequest, EndTxnResponse>(2, () => new() { TransactionalId = "x" }, NoId, TransactionalId(AclOperation.Write, "x"));
        yield return Of<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
            2, () => new() { TransactionalId = "x", GroupId = "g", Topics = [new() { Name = "t", Partitions = [new()] }] }, NoId,
            TransactionalId(AclOperation.Write, "x"), Group(AclOperation.Read, "g"), Topic(AclOperation.Read, "t"));
        yield return Of<DescribeAclsRequest, DescribeAclsResponse>(
            2, () => new() { ResourceTypeFilter = 1, PatternTypeFilter = 1, Operation = 1, PermissionType = 1 }, NoCluster, Cluster(AclOperation.Describe));
        yield return Of<CreateAclsRequest, CreateAclsResponse>(
            2, () => new() { Creations = [new() { ResourceType = 2, ResourceName = "r", Principal = "User:r", Host = "*", Operation = 3, PermissionType = 3 }] },
            NoCluster, Cluster(AclOperation.Alter));
        yield return Of<DeleteAclsRequest, DeleteAclsResponse>(
            2, () => new() { Filters = [new() { ResourceTypeFilter = 2, ResourceNameFilter = "r", PatternTypeFilter = 1, Operation = 1, PermissionType = 1 }] },
            NoCluster, Cluster(AclOperation.Alter));
        yield return Of<DescribeConfigsRequest, DescribeConfigsResponse>(
            3, () => new() { Resources = [new() { ResourceType = 2, ResourceName = "t", ConfigurationKeys = null }] }, NoTopic, Topic(AclOperation.DescribeConfigs, "t"));
        yield return Of<DescribeConfigsRequest, DescribeConfigsResponse>(
            3, () => new() { Resources = [new() { ResourceType = 4, ResourceName = "1", ConfigurationKeys = null }] }, NoCluster, Cluster(AclOperation.DescribeConfigs));
        yield return Of<AlterConfigsRequest, AlterConfigsResponse>(
            1, () => new() { Resources = [new() { ResourceType = 2, ResourceName = "t" }] }, NoTopic, Topic(AclOperation.AlterConfigs, "t"));
        yield return Of<AlterConfigsRequest, AlterConfigsResponse>(
            1, () => new() { Resources = [new() { ResourceType = 4, ResourceName = "1" }] }, NoCluster, Cluster(AclOperation.AlterConfigs));
        yield return Of<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            1, () => new() { Resources = [new() { ResourceType = 2, ResourceName = "t" }] }, NoTopic, Topic(AclOperation.AlterConfigs, "t"));
        yield return Of<DescribeLogDirsRequest, DescribeLogDirsResponse>(3, () => new() { Topics = null }, NoCluster, Cluster(AclOperation.Describe));
        yield return Of<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(0, () => new() { Users = null }, NoCluster, Cluster(AclOperation.Describe));
        yield return Of<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            0, () => new() { Deletions = [new() { Name = "nobody", Mechanism = 1 }] }, NoCluster, Cluster(AclOperation.Alter));
        yield return Of<DescribeProducersRequest, DescribeProducersResponse>(
            0, () => new() { Topics = [new() { Name = "t", PartitionIndexes = [0] }] }, NoTopic, Topic(AclOperation.Read, "t"));
        yield return Of<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            0, () => new() { TransactionalIds = ["x"] }, NoId, TransactionalId(AclOperation.Describe, "x"));
    }

    private static Case Of<TRequest, TResponse>(short version, Func<TRequest> request, ErrorCode refused, params AclRule[] needs)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class, IResponse, new() => new(
            TRequest.Api, async client => await client.AskAsync<TRequest, TResponse>(version, request()), refused, needs);

    private static ProduceRequest Produce(string? transactionalId, params string[] topics) => new()
    {
        TransactionalId = transactionalId,
        Acks = 1,
        TopicData = [.. topics.Select(name => new ProduceRequest.TopicProduceData
        {
            Name = name,
            PartitionData = [new() { Records = new RecordData(transactionalId is null ? TestLog.Batch("v") : Transactional()) }],
        })],
    };

    private static byte[] Transactional() => TestLog.Batch(producer: 7, epoch: 0, sequence: 0, transactional: true, count: 1);

    private static FetchRequest Fetch(params string[] topics) => new()
    {
        MaxWaitMs = 0,
        Topics = [.. topics.Select(name => new FetchRequest.FetchTopic { Topic = name, Partitions = [new() { PartitionMaxBytes = 1 << 20 }] })],
    };

    private static FetchRequest Follow(string topic)
    {
        var request = Fetch(topic);
        request.ReplicaId = 2;
        return request;
    }

    private static OffsetCommitRequest Commit() => new()
    {
        GroupId = "g",
        GenerationIdOrMemberEpoch = -1,
        GroupInstanceId = null,
        Topics = [new() { Name = "t", Partitions = [new() { CommittedMetadata = null }] }],
    };

    private static CreateTopicsRequest Create(string name) =>
        new() { Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] };

    /// <summary>A request, and what it needs.</summary>
    /// <param name="Key">The API.</param>
    /// <param name="Ask">Asks it.</param>
    /// <param name="Refused">What a client without any right is told, and nothing else.</param>
    /// <param name="Needs">The rights that are needed, each of them.</param>
    /// <param name="Instead">Another right that is enough alone.</param>
    private sealed record Case(
        ApiKey Key, Func<RawClient, Task<IWireStruct>> Ask, ErrorCode Refused, AclRule[] Needs, AclRule? Instead = null);
}
