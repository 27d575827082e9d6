using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// CreatePartitions (key 37), versions 0 to 3: gives topics more partitions. Records stay where they are, so keys may from
/// then on go to other partitions than before.
/// </summary>
internal sealed class CreatePartitionsHandler(BrokerContext broker)
    : ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<CreatePartitionsResponse?> HandleAsync(
        CreatePartitionsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new CreatePartitionsResponse
        {
            Results = [.. request.Topics.Select(topic => Answer(topic.Name, Add(topic, request.ValidateOnly)))],
        });

    private static CreatePartitionsResponse.CreatePartitionsTopicResult Answer(string topic, TopicChange change) =>
        new() { Name = topic, ErrorCode = change.Error, ErrorMessage = change.Message };

    private TopicChange Add(CreatePartitionsRequest.CreatePartitionsTopic topic, bool validateOnly)
    {
        if (Topic.IsInternalName(topic.Name) && broker.Logs.Find(topic.Name) is not null)
            return new(ErrorCode.InvalidTopicException, "The partitions of internal topics are fixed.");
        if (topic.Assignments is { } assignments
            && broker.Logs.Find(topic.Name) is { } known
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
