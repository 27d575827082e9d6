using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DeleteTopics (key 20), versions 0 to 6: deletes topics by name or, from version 6 on, by id. On success the topic is
/// gone; a new one of the same name has another id and starts empty.
/// </summary>
/// <remarks>Deviation: the broker's internal topics cannot be deleted.</remarks>
internal sealed class DeleteTopicsHandler(BrokerContext broker) : ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DeleteTopicsResponse?> HandleAsync(
        DeleteTopicsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var results = request.TopicNames.Select(name => Delete(name))
            .Concat(request.Topics.Select(topic => topic.Name is { } name ? Delete(name) : Delete(topic.TopicId)));
        return new(new DeleteTopicsResponse { Responses = [.. results] });
    }

    private DeleteTopicsResponse.DeletableTopicResult Delete(Guid id) => broker.Logs.Find(id) is { } topic
        ? Delete(topic.Name)
        : new() { Name = null, TopicId = id, ErrorCode = ErrorCode.UnknownTopicId };

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
