using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DeleteRecords (key 21), versions 0 to 2: moves the start of partitions forward; offset -1 stands for the high watermark.
/// On success the new start is durable, and segments that lie before it are gone. Refused: offsets beyond the high watermark
/// or below -1 (OFFSET_OUT_OF_RANGE), topics that are only compacted (POLICY_VIOLATION), internal topics (INVALID_TOPIC). Needs Delete on each topic.
/// </summary>
internal sealed class DeleteRecordsHandler(BrokerContext broker) : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DeleteRecordsResponse?> HandleAsync(
        DeleteRecordsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new DeleteRecordsResponse();
        foreach (var topic in request.Topics)
        {
            var allowed = context.Access.AllowsTopic(AclOperation.Delete, topic.Name);
            var results = new List<DeleteRecordsResponse.DeleteRecordsPartitionResult>();
            foreach (var partition in topic.Partitions)
                results.Add(allowed ? await DeleteAsync(topic.Name, partition) : Refuse(partition, ErrorCode.TopicAuthorizationFailed));
            response.Topics.Add(new() { Name = topic.Name, Partitions = results });
        }

        return response;
    }

    private static DeleteRecordsResponse.DeleteRecordsPartitionResult Refuse(
        DeleteRecordsRequest.DeleteRecordsPartition wanted, ErrorCode error) =>
        new() { PartitionIndex = wanted.PartitionIndex, LowWatermark = -1, ErrorCode = error };

    private async ValueTask<DeleteRecordsResponse.DeleteRecordsPartitionResult> DeleteAsync(
        string topic, DeleteRecordsRequest.DeleteRecordsPartition wanted)
    {
        var result = new DeleteRecordsResponse.DeleteRecordsPartitionResult
        {
            PartitionIndex = wanted.PartitionIndex,
            LowWatermark = -1,
        };
        if (broker.Logs.Find(topic)?.Partition(wanted.PartitionIndex) is not { } log)
        {
            result.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            return result;
        }

        if (Topic.IsInternalName(topic))
        {
            result.ErrorCode = ErrorCode.InvalidTopicException;
            return result;
        }

        if (!log.Settings.Delete)
        {
            result.ErrorCode = ErrorCode.PolicyViolation;
            return result;
        }

        try
        {
            result.ErrorCode = await log.DeleteBeforeAsync(wanted.Offset == -1 ? log.HighWatermark : wanted.Offset);
        }
        catch (IOException exception)
        {
            ApiLogs.ChangeFailed(broker.Logger, exception, topic);
            result.ErrorCode = ErrorCode.KafkaStorageError;
        }

        if (result.ErrorCode == ErrorCode.None)
            result.LowWatermark = log.LogStartOffset;
        return result;
    }
}
