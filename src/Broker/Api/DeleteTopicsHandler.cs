using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DeleteTopics (key 20), versions 0 to 6: deletes topics by name or, from version 6 on, by id. On success the topic is
/// gone; a new one of the same name has another id and starts empty. Needs Delete on the cluster or on each topic; who may not
/// describe a topic is not told whether it is there.
/// </summary>
/// <remarks>Deviation: the broker's internal topics cannot be deleted.</remarks>
internal sealed class DeleteTopicsHandler(BrokerContext broker) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DeleteTopicsResponse?> HandleAsync(
        DeleteTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var wanted = request.TopicNames.Select(name => (Name: (string?)name, Id: Guid.Empty))
            .Concat(request.Topics.Select(topic => (topic.Name, Id: topic.TopicId)))
            .GroupBy(topic => topic);
        return new(new DeleteTopicsResponse
        {
            Responses = [.. wanted.Select(same => Fault(same.Key, same.Count()) is { } fault
                ? Refuse(same.Key.Name, same.Key.Id, fault)
                : same.Key.Name is { } name ? Delete(name, context.Access) : Delete(same.Key.Id, context.Access))],
        });
    }

    private static string? Fault((string? Name, Guid Id) topic, int times) => topic switch
    {
        (null, var id) when id == Guid.Empty => "Neither a name nor an id is given.",
        ("", _) => "The name is empty.",
        (not null, var id) when id != Guid.Empty => "A topic is named by its name or its id, not by both.",
        _ => times > 1 ? "Duplicate topic." : null,
    };

    private static DeleteTopicsResponse.DeletableTopicResult Refuse(string? name, Guid id, string message) =>
        new() { Name = name, TopicId = id, ErrorCode = ErrorCode.InvalidRequest, ErrorMessage = message };

    private DeleteTopicsResponse.DeletableTopicResult Delete(Guid id, Access access)
    {
        if (broker.Logs.Find(id) is not { } topic)
            return new() { Name = null, TopicId = id, ErrorCode = ErrorCode.UnknownTopicId };
        if (May(AclOperation.Delete, topic.Name, access))
            return Delete(topic.Name);
        return new()
        {
            Name = May(AclOperation.Describe, topic.Name, access) ? topic.Name : null,
            TopicId = id,
            ErrorCode = ErrorCode.TopicAuthorizationFailed,
        };
    }

    private DeleteTopicsResponse.DeletableTopicResult Delete(string name, Access access)
    {
        if (May(AclOperation.Delete, name, access))
            return Delete(name);
        var tellsMissing = broker.Logs.Find(name) is null && May(AclOperation.Describe, name, access);
        return new() { Name = name, ErrorCode = tellsMissing ? ErrorCode.UnknownTopicOrPartition : ErrorCode.TopicAuthorizationFailed };
    }

    private static bool May(AclOperation operation, string topic, Access access) =>
        access.AllowsQuietly(AclOperation.Delete, AclResourceType.Cluster, AclPattern.ClusterName)
        || access.AllowsTopic(operation, topic);

    private DeleteTopicsResponse.DeletableTopicResult Delete(string name)
    {
        var result = new DeleteTopicsResponse.DeletableTopicResult
        {
            Name = name,
            TopicId = broker.Logs.Find(name)?.Id ?? Guid.Empty,
        };
        if (Topic.IsInternalName(name))
        {
            result.ErrorCode = ErrorCode.InvalidTopicException;
            result.ErrorMessage = "The broker needs its internal topics.";
            return result;
        }

        try
        {
            result.ErrorCode = broker.Logs.Delete(name);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, name);
            result.ErrorCode = ErrorCode.KafkaStorageError;
        }

        return result;
    }
}
