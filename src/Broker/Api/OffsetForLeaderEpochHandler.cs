using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// OffsetForLeaderEpoch (key 23), versions 2 to 4: where the records of a leader epoch end. There is one epoch, 0, and it
/// ends at the high watermark. Needs Describe on each topic.
/// </summary>
internal sealed class OffsetForLeaderEpochHandler(BrokerContext broker)
    : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(
        OffsetForLeaderEpochRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new OffsetForLeaderEpochResponse
        {
            Topics = [.. request.Topics.Select(topic => Find(topic, MayDescribe(topic.Topic, context.Access)))],
        });

    private static bool MayDescribe(string topic, Access access) =>
        access.AllowsQuietly(AclOperation.ClusterAction, AclResourceType.Cluster, AclPattern.ClusterName)
        || access.AllowsTopic(AclOperation.Describe, topic);

    private OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult Find(
        OffsetForLeaderEpochRequest.OffsetForLeaderTopic topic, bool allowed) => new()
        {
            Topic = topic.Topic,
            Partitions =
            [
                .. topic.Partitions.Select(partition => allowed
                    ? Find(topic.Topic, partition)
                    : new() { Partition = partition.Partition, ErrorCode = ErrorCode.TopicAuthorizationFailed }),
            ],
        };

    private OffsetForLeaderEpochResponse.EpochEndOffset Find(
        string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition wanted)
    {
        var answer = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition };
        if (broker.Logs.Find(topic)?.Partition(wanted.Partition) is not { } log)
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
        else if (wanted.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
            answer.ErrorCode = ErrorCode.UnknownLeaderEpoch;
        else if (wanted.LeaderEpoch == PartitionLog.LeaderEpoch)
            (answer.LeaderEpoch, answer.EndOffset) = (PartitionLog.LeaderEpoch, log.HighWatermark);
        return answer;
    }
}
