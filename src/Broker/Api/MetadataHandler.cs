using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Metadata (key 3), versions 0 to 12: the broker and the topics. Asking for no topic means all in version 0, none later,
/// where null means all. A topic that is not there is made when the client allows it (always before version 4). Needs
/// Describe on each topic: of all, those are shown that the client may describe, and of named ones it is not told whether
/// they are there. To make one needs Create on it or on the cluster.
/// </summary>
/// <remarks>
/// As with Apache Kafka in KRaft mode the request that makes a topic is answered UNKNOWN_TOPIC_OR_PARTITION, and
/// clients ask again. Every partition is led by the only broker in epoch 0.
/// </remarks>
internal sealed class MetadataHandler(BrokerContext broker) : ApiHandler<MetadataRequest, MetadataResponse>
{
    private const int LastVersionWithClusterOperations = 10;
    private const int FirstVersionWithTopicIds = 12;
    private static readonly IReadOnlyDictionary<string, string> NoConfigs = new Dictionary<string, string>();

    /// <inheritdoc/>
    protected override ValueTask<MetadataResponse?> HandleAsync(
        MetadataRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version < FirstVersionWithTopicIds
            && request.Topics is { } given && given.Exists(topic => topic.Name is null || topic.TopicId != Guid.Empty))
        {
            return new(new MetadataResponse
            {
                Topics = [.. given.Select(topic => new MetadataResponse.MetadataResponseTopic { Name = topic.Name ?? "", ErrorCode = ErrorCode.InvalidRequest })],
            });
        }

        var (host, port) = context.Connection.Advertised;
        var access = context.Access;
        var all = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        var topics = all
            ? broker.Logs.Topics
                .Where(topic => access.AllowsQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Name))
                .Select(topic => Describe(topic, request, access))
            : request.Topics!.DistinctBy(asked => (asked.Name, asked.TopicId)).Select(asked => Find(asked, request, access));
        return new(new MetadataResponse
        {
            Brokers = [new() { NodeId = BrokerContext.NodeId, Host = host, Port = port }],
            ClusterId = broker.Logs.ClusterId,
            ControllerId = BrokerContext.NodeId,
            Topics = [.. topics],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations && context.Version <= LastVersionWithClusterOperations
                ? AuthorizedOperations.OnCluster(access)
                : AuthorizedOperations.NotAsked,
        });
    }

    private MetadataResponse.MetadataResponseTopic Find(
        MetadataRequest.MetadataRequestTopic asked, MetadataRequest request, Access access)
    {
        if (asked.Name is null)
            return Find(asked.TopicId, request, access);
        if (!access.AllowsTopic(AclOperation.Describe, asked.Name))
            return new() { Name = asked.Name, ErrorCode = ErrorCode.TopicAuthorizationFailed };
        if (broker.Logs.Find(asked.Name) is { } topic)
            return Describe(topic, request, access);
        var error = ErrorCode.UnknownTopicOrPartition;
        if (TopicName.Fault(asked.Name) is not null)
            error = ErrorCode.InvalidTopicException;
        else if (request.AllowAutoTopicCreation && broker.Options.AutoCreateTopics && !Topic.IsInternalName(asked.Name))
            error = MayCreate(asked.Name, access) ? Create(asked.Name) : ErrorCode.TopicAuthorizationFailed;
        return new() { Name = asked.Name, ErrorCode = error, IsInternal = Topic.IsInternalName(asked.Name) };
    }

    /// <summary>An id is no secret, the name of its topic is.</summary>
    private MetadataResponse.MetadataResponseTopic Find(Guid id, MetadataRequest request, Access access)
    {
        if (broker.Logs.Find(id) is not { } known)
            return new() { Name = null, TopicId = id, ErrorCode = ErrorCode.UnknownTopicId };
        return access.AllowsTopic(AclOperation.Describe, known.Name)
            ? Describe(known, request, access)
            : new() { Name = null, TopicId = id, ErrorCode = ErrorCode.TopicAuthorizationFailed };
    }

    private static bool MayCreate(string topic, Access access) =>
        access.AllowsQuietly(AclOperation.Create, AclResourceType.Cluster, AclPattern.ClusterName)
        || access.AllowsTopic(AclOperation.Create, topic);

    private ErrorCode Create(string name)
    {
        try
        {
            // Whatever becomes of it: Apache Kafka answers before it knows.
            _ = broker.Logs.Create(name, broker.Options.DefaultPartitions, NoConfigs);
            return ErrorCode.UnknownTopicOrPartition;
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, name);
            return ErrorCode.UnknownTopicOrPartition;
        }
    }

    private static MetadataResponse.MetadataResponseTopic Describe(Topic topic, MetadataRequest request, Access access) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = topic.IsInternal,
        Partitions = [.. topic.Partitions.Select(log => Describe(log.Partition.Partition))],
        TopicAuthorizedOperations = request.IncludeTopicAuthorizedOperations
            ? access.Operations(AclResourceType.Topic, topic.Name)
            : AuthorizedOperations.NotAsked,
    };

    private static MetadataResponse.MetadataResponsePartition Describe(int partition) => new()
    {
        PartitionIndex = partition,
        LeaderId = BrokerContext.NodeId,
        LeaderEpoch = PartitionLog.LeaderEpoch,
        ReplicaNodes = [BrokerContext.NodeId],
        IsrNodes = [BrokerContext.NodeId],
    };
}
