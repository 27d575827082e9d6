using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// CreatePartitions (key 37), versions 0 to 3: gives topics more partitions. Records stay where they are, so keys may from
/// then on go to other partitions than before. Needs Alter on each topic.
/// </summary>
internal sealed class CreatePartitionsHandler(BrokerContext broker)
    : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<CreatePartitionsResponse?> HandleAsync(
        CreatePartitionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new CreatePartitionsResponse
        {
            Results =
            [
                .. request.Topics.GroupBy(topic => topic.Name).Select(same => Answer(same.Key, Add([.. same], request.ValidateOnly, context.Access))),
            ],
        });

    private TopicChange Add(List<CreatePartitionsRequest.CreatePartitionsTopic> same, bool validateOnly, Access access)
    {
        if (same.Count > 1)
            return new(ErrorCode.InvalidRequest, "Duplicate topic name.");
        return access.AllowsTopic(AclOperation.Alter, same[0].Name)
            ? Add(same[0], validateOnly)
            : new(ErrorCode.TopicAuthorizationFailed, null);
    }

    private static CreatePartitionsResponse.CreatePartitionsTopicResult Answer(string topic, TopicChange change) =>
        new() { Name = topic, ErrorCode = change.Error, ErrorMessage = change.Message };

    private TopicChange Add(CreatePartitionsRequest.CreatePartitionsTopic topic, bool validateOnly)
    {
        if (Topic.IsInternalName(topic.Name) && broker.Logs.Find(topic.Name) is not null)
            return new(ErrorCode.InvalidTopicException, "The partitions of internal topics are fixed.");
        if (topic.Assignments is { } assignments
            && broker.Logs.Find(topic.Name) is { } known
            && topic.Count > known.Partitions.Count
            && (assignments.Count != topic.Count - known.Partitions.Count
                || assignments.Exists(assignment => assignment.BrokerIds is not [BrokerContext.NodeId])))
        {
            return new(ErrorCode.InvalidReplicaAssignment, "There is one broker, with the id 1, for each new partition.");
        }

        try
        {
            return broker.Logs.AddPartitions(topic.Name, topic.Count, validateOnly);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, topic.Name);
            return new(ErrorCode.KafkaStorageError, "The partitions' files could not be made.");
        }
    }
}
