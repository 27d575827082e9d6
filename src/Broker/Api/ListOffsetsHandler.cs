using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// ListOffsets (key 2), versions 0 to 7: the first offset (-2), the end (-1: the high watermark, or the last stable offset
/// for read_committed), the first record of the largest time (-3, from version 7 on), or the first record at or after a
/// time. Version 0 answers a list of offsets, newest first, made of the segments' first ones and the end.
/// Needs Describe on each topic.
/// </summary>
internal sealed class ListOffsetsHandler(BrokerContext broker) : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const sbyte ReadCommitted = 1;
    private const short FirstVersionWithMaxTimestamp = 7;

    /// <inheritdoc/>
    protected override ValueTask<ListOffsetsResponse?> HandleAsync(
        ListOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var limit = request.IsolationLevel == ReadCommitted ? ReadLimit.LastStable : ReadLimit.HighWatermark;
        var response = new ListOffsetsResponse();
        var twice = Twice(request);
        foreach (var topic in request.Topics)
        {
            var allowed = context.Access.AllowsTopic(AclOperation.Describe, topic.Name);
            var found = broker.Logs.Find(topic.Name);
            response.Topics.Add(new()
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition =>
                    !allowed ? Refuse(partition, ErrorCode.TopicAuthorizationFailed)
                    : context.Version > 0 && twice.Contains(new(topic.Name, partition.PartitionIndex)) ? Refuse(partition, ErrorCode.InvalidRequest)
                    : !IsKnown(partition.Timestamp, context.Version) ? Refuse(partition, ErrorCode.UnsupportedVersion)
                    : Find(found?.Partition(partition.PartitionIndex), partition, limit, context.Version))],
            });
        }

        return new(response);
    }

    private static HashSet<TopicPartition> Twice(ListOffsetsRequest request) =>
    [
        .. request.Topics.SelectMany(topic => topic.Partitions.Select(p => new TopicPartition(topic.Name, p.PartitionIndex)))
            .CountBy(partition => partition).Where(count => count.Value > 1).Select(count => count.Key),
    ];

    /// <summary>Whether a time, or what stands for one, has a meaning in this version.</summary>
    private static bool IsKnown(long timestamp, short version) =>
        timestamp >= Earliest || (timestamp == MaxTimestamp && version >= FirstVersionWithMaxTimestamp);

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Refuse(
        ListOffsetsRequest.ListOffsetsPartition wanted, ErrorCode error) =>
        new() { PartitionIndex = wanted.PartitionIndex, ErrorCode = error };

    private ListOffsetsResponse.ListOffsetsPartitionResponse Find(
        PartitionLog? log, ListOffsetsRequest.ListOffsetsPartition wanted, ReadLimit limit, short version)
    {
        var answer = new ListOffsetsResponse.ListOffsetsPartitionResponse { PartitionIndex = wanted.PartitionIndex };
        if (log is null)
        {
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            return answer;
        }

        if (wanted.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
        {
            answer.ErrorCode = ErrorCode.UnknownLeaderEpoch;
            return answer;
        }

        try
        {
            if (version == 0)
                answer.OldStyleOffsets = OldStyle(log, wanted);
            else if (Find(log, wanted.Timestamp, limit) is var (offset, timestamp))
                (answer.Offset, answer.Timestamp, answer.LeaderEpoch) = (offset, timestamp, PartitionLog.LeaderEpoch);
        }
        catch (IOException exception)
        {
            ApiLogs.ReadFailed(broker.Logger, exception, log.Partition.Topic, wanted.PartitionIndex, log.LogStartOffset);
            answer.ErrorCode = ErrorCode.KafkaStorageError;
        }

        return answer;
    }

    private static (long Offset, long Timestamp)? Find(PartitionLog log, long timestamp, ReadLimit limit) => timestamp switch
    {
        Latest => (log.EndOf(limit), -1),
        Earliest => (log.LogStartOffset, -1),
        MaxTimestamp => log.FindLatestTime(limit),
        _ => log.FindFirstSince(timestamp, limit),
    };

    private static List<long> OldStyle(PartitionLog log, ListOffsetsRequest.ListOffsetsPartition wanted)
    {
        var offsets = wanted.Timestamp switch
        {
            Earliest => [log.LogStartOffset],
            Latest => SegmentStarts(log, long.MaxValue).Append(log.HighWatermark),
            _ => SegmentStarts(log, wanted.Timestamp),
        };
        return [.. offsets.Reverse().Distinct().Take(wanted.MaxNumOffsets)];
    }

    /// <summary>The first offsets of segments that are not all later than a time.</summary>
    private static IEnumerable<long> SegmentStarts(PartitionLog log, long timestamp) => log.SegmentTimes
        .Where(segment => segment.MaxTimestamp <= timestamp)
        .Select(segment => Math.Max(segment.BaseOffset, log.LogStartOffset));
}
