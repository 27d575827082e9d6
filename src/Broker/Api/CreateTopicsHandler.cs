using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// CreateTopics (key 19), versions 0 to 7: makes topics with a number of partitions or an assignment, and a configuration.
/// -1 stands for the default number of partitions and replicas. On success the topic can be used at once. Needs Create on the
/// cluster or on each topic; what it came out as is shown to who may describe its configuration.
/// </summary>
/// <remarks>
/// One broker: the replication factor is 1 and assignments name broker 1 only. Deviation: the time-out of the request is
/// not used, because nothing has to be waited for.
/// </remarks>
internal sealed class CreateTopicsHandler(BrokerContext broker) : ApiHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    /// <summary>Where Apache Kafka keeps what it knows of itself; there is no such topic here.</summary>
    private const string ClusterMetadata = "__cluster_metadata";

    /// <inheritdoc/>
    protected override ValueTask<CreateTopicsResponse?> HandleAsync(
        CreateTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var twice = request.Topics.GroupBy(topic => topic.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        var all = context.Access.AllowsQuietly(AclOperation.Create, AclResourceType.Cluster, AclPattern.ClusterName);
        var results = request.Topics
            .DistinctBy(topic => topic.Name)
            .Select(topic => twice.Contains(topic.Name) ? Refuse(topic, ErrorCode.InvalidRequest, "Duplicate topic name.")
                : !all && !context.Access.AllowsTopic(AclOperation.Create, topic.Name)
                    ? Refuse(topic, ErrorCode.TopicAuthorizationFailed, "The client may not create it.")
                : Create(topic, request.ValidateOnly, context.Access));
        return new(new CreateTopicsResponse { Topics = [.. results] });
    }

    private CreateTopicsResponse.CreatableTopicResult Create(
        CreateTopicsRequest.CreatableTopic topic, bool validateOnly, Access access)
    {
        if (topic.Name == ClusterMetadata)
            return Refuse(topic, ErrorCode.InvalidRequest, "This topic is not for clients.");
        if (Topic.IsInternalName(topic.Name) && broker.Logs.Find(topic.Name) is null)
            return Refuse(topic, ErrorCode.InvalidTopicException, "The broker makes its internal topics itself.");
        var configs = topic.Configs.Select(config => KeyValuePair.Create(config.Name, config.Value)).ToList();
        var change = broker.Logs.CheckNew(topic.Name, configs);
        if (change.Error == ErrorCode.None && (topic.Assignments.Count > 0 ? AssignmentFault(topic) : NumberFault(topic)) is { } fault)
            return Refuse(topic, fault.Error, fault.Message);
        var partitions = topic.Assignments.Count > 0 ? topic.Assignments.Count
            : topic.NumPartitions == -1 ? broker.Options.DefaultPartitions
            : topic.NumPartitions;
        if (change.Error == ErrorCode.None && !validateOnly)
            change = Create(topic.Name, partitions, configs);
        if (change.Error != ErrorCode.None)
            return Refuse(topic, change.Error, change.Message);
        return access.AllowsQuietly(AclOperation.DescribeConfigs, AclResourceType.Topic, topic.Name)
            ? Describe(topic, partitions, change.Topic)
            : new()
            {
                Name = topic.Name,
                TopicId = change.Topic?.Id ?? Guid.Empty,
                ErrorMessage = null,
                TopicConfigErrorCode = ErrorCode.TopicAuthorizationFailed,
            };
    }

    private TopicChange Create(string name, int partitions, List<KeyValuePair<string, string?>> configs)
    {
        try
        {
            var own = new Dictionary<string, string>();
            foreach (var (config, value) in configs)
                own[config] = value!;
            return broker.Logs.Create(name, partitions, own);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, name);
            return new(ErrorCode.KafkaStorageError, "The topic's files could not be made.");
        }
    }

    /// <summary>In the order of Apache Kafka, which first looks at what is impossible and then at what it has.</summary>
    private static (ErrorCode Error, string Message)? NumberFault(CreateTopicsRequest.CreatableTopic topic)
    {
        if (topic.ReplicationFactor is < -1 or 0)
            return (ErrorCode.InvalidReplicationFactor, "The replication factor must be larger than 0, or -1 for the default.");
        if (topic.NumPartitions is < -1 or 0)
            return (ErrorCode.InvalidPartitions, "The number of partitions must be larger than 0, or -1 for the default.");
        return topic.ReplicationFactor > 1
            ? (ErrorCode.InvalidReplicationFactor, "There is one broker: the replication factor must be 1 or -1.")
            : null;
    }

    private static (ErrorCode Error, string Message)? AssignmentFault(CreateTopicsRequest.CreatableTopic topic)
    {
        if (topic.NumPartitions != -1 || topic.ReplicationFactor != -1)
            return (ErrorCode.InvalidRequest, "With an assignment, the numbers of partitions and replicas must be -1.");
        var numbers = topic.Assignments.Select(assignment => assignment.PartitionIndex).Order();
        if (!numbers.SequenceEqual(Enumerable.Range(0, topic.Assignments.Count)))
            return (ErrorCode.InvalidReplicaAssignment, "Partitions must be numbered from 0 without gaps.");
        return topic.Assignments.Exists(assignment => assignment.BrokerIds is not [BrokerContext.NodeId])
            ? (ErrorCode.InvalidReplicaAssignment, "There is one broker, with the id 1.")
            : null;
    }

    private CreateTopicsResponse.CreatableTopicResult Describe(
        CreateTopicsRequest.CreatableTopic topic, int partitions, Topic? made) => new()
        {
            Name = topic.Name,
            TopicId = made?.Id ?? Guid.Empty,
            ErrorMessage = null,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = [.. TopicConfigTable.All.Values
            .Select(rule => broker.Logs.Configs.OfTopic(rule, topic.Configs.ToDictionary(c => c.Name, c => c.Value ?? "")))
            .Select(config => new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = config.Rule.Name,
                Value = config.Value,
                ReadOnly = config.IsReadOnly,
                ConfigSource = (sbyte)config.Source,
            })],
        };

    private static CreateTopicsResponse.CreatableTopicResult Refuse(
        CreateTopicsRequest.CreatableTopic topic, ErrorCode error, string? message) =>
        new() { Name = topic.Name, ErrorCode = error, ErrorMessage = message };
}
