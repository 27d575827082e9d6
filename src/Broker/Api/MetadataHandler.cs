using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Metadata (key 3), versions 0 to 12: the broker and the topics. Asking for no topic means all in version 0, none later,
/// where null means all. A topic that is not there is made when the client allows it (always before version 4).
/// </summary>
/// <remarks>
/// As with Apache Kafka in KRaft mode the request that makes a topic is answered UNKNOWN_TOPIC_OR_PARTITION, and
/// clients ask again. Every partition is led by the only broker in epoch 0.
/// </remarks>
internal sealed class MetadataHandler(BrokerContext broker) : ApiHandler<MetadataRequest, MetadataResponse>
{
    private static readonly IReadOnlyDictionary<string, string> NoConfigs = new Dictionary<string, string>();

    /// <inheritdoc/>
    protected override ValueTask<MetadataResponse?> HandleAsync(
        MetadataRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var (host, port) = broker.Advertised(context.Connection);
        var all = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        var topics = all
            ? broker.Logs.Topics.Select(topic => Describe(topic, request))
            : request.Topics!.Select(asked => Find(asked, request));
        return new(new MetadataResponse
        {
            Brokers = [new() { NodeId = BrokerContext.NodeId, Host = host, Port = port }],
            ClusterId = broker.Logs.ClusterId,
            ControllerId = BrokerContext.NodeId,
            Topics = [.. topics],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.AllOfCluster
                : AuthorizedOperations.NotAsked,
        });
    }

    private MetadataResponse.MetadataResponseTopic Find(
        MetadataRequest.MetadataRequestTopic asked, MetadataRequest request)
    {
        if (asked.Name is null)
        {
            return broker.Logs.Find(asked.TopicId) is { } known
                ? Describe(known, request)
                : new() { Name = null, TopicId = asked.TopicId, ErrorCode = ErrorCode.UnknownTopicId };
        }

        if (broker.Logs.Find(asked.Name) is { } topic)
            return Describe(topic, request);
        var error = ErrorCode.UnknownTopicOrPartition;
        if (TopicName.Fault(asked.Name) is not null)
            error = ErrorCode.InvalidTopicException;
        else if (request.AllowAutoTopicCreation && broker.Options.AutoCreateTopics && !Topic.IsInternalName(asked.Name))
            error = Create(asked.Name);
        return new() { Name = asked.Name, ErrorCode = error };
    }

    private ErrorCode Create(string name)
    {
        try
        {
            var change = broker.Logs.Create(name, broker.Options.DefaultPartitions, NoConfigs);
            return change.Error is ErrorCode.None or ErrorCode.TopicAlreadyExists
                ? ErrorCode.UnknownTopicOrPartition
                : change.Error;
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, name);
            return ErrorCode.UnknownTopicOrPartition;
        }
    }

    private static MetadataResponse.MetadataResponseTopic Describe(Topic topic, MetadataRequest request) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = topic.IsInternal,
        Partitions = [.. topic.Partitions.Select(log => Describe(log.Partition.Partition))],
        TopicAuthorizedOperations = request.IncludeTopicAuthorizedOperations
            ? AuthorizedOperations.AllOfTopic
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
