using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 9, OffsetFetch, versions 1 to 8: 2 brings "all partitions" and a group error, 5 leader epochs, 7 the wish for stable
/// offsets, 8 several groups at once. What was never committed, in groups known or not, is -1 without an error. Needs
/// Describe on the group and on each topic.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class OffsetFetchHandler(GroupCoordinator groups) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<OffsetFetchResponse?> HandleAsync(
        OffsetFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new OffsetFetchResponse();
        if (context.Version >= 8)
        {
            foreach (var group in request.Groups)
            {
                var asked = group.Topics is null ? null : Flatten(group.Topics.Select(t => (t.Name, t.PartitionIndexes)));
                var (error, offsets) = await FetchAsync(group.GroupId, asked, request.RequireStable, context.Access);
                response.Groups.Add(new OffsetFetchResponse.OffsetFetchResponseGroup
                {
                    GroupId = group.GroupId,
                    ErrorCode = error,
                    Topics = error is ErrorCode.None ? Topics(offsets) : [],
                });
            }

            return response;
        }

        var partitions = request.Topics is null ? null : Flatten(request.Topics.Select(t => (t.Name, t.PartitionIndexes)));
        var (groupError, fetched) = await FetchAsync(request.GroupId, partitions, request.RequireStable, context.Access);
        response.ErrorCode = groupError;
        foreach (var topic in fetched.GroupBy(f => f.Partition.Topic, StringComparer.Ordinal))
        {
            response.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopic
            {
                Name = topic.Key,
                Partitions = [.. topic.Select(f => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = f.Partition.Partition,
                    CommittedOffset = f.Offset,
                    CommittedLeaderEpoch = f.LeaderEpoch,
                    Metadata = f.Metadata,
                    // Before version 2 there is no other place for the group's error.
                    ErrorCode = groupError is ErrorCode.None ? f.Error : groupError,
                })],
            });
        }

        return response;
    }

    /// <summary>What a client may see: named topics that it may not describe are refused, others are left out.</summary>
    private async ValueTask<(ErrorCode Error, IReadOnlyList<FetchedOffset> Offsets)> FetchAsync(
        string groupId, List<TopicPartition>? asked, bool requireStable, Access access)
    {
        if (!access.AllowsGroup(AclOperation.Describe, groupId))
        {
            return (ErrorCode.GroupAuthorizationFailed, [.. (asked ?? []).Select(p => Refused(p, ErrorCode.None))]);
        }

        var denied = (asked ?? []).Select(p => p.Topic).Denied(access, AclOperation.Describe);
        var (error, offsets) = await groups.FetchAsync(
            groupId, asked is null || denied.Count == 0 ? asked : [.. asked.Where(p => !denied.Contains(p.Topic))], requireStable);
        if (asked is null && access.IsLimited)
        {
            var hidden = offsets.Select(o => o.Partition.Topic).Denied(access, AclOperation.Describe);
            return (error, [.. offsets.Where(o => !hidden.Contains(o.Partition.Topic))]);
        }

        return denied.Count == 0
            ? (error, offsets)
            : (error, [.. offsets, .. asked!.Where(p => denied.Contains(p.Topic)).Select(p => Refused(p, ErrorCode.TopicAuthorizationFailed))]);
    }

    private static FetchedOffset Refused(TopicPartition partition, ErrorCode error) =>
        Group.NoOffset(partition) with { Error = error };

    private static List<TopicPartition> Flatten(IEnumerable<(string Name, List<int> Partitions)> topics) =>
        [.. topics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p))).Distinct()];

    private static List<OffsetFetchResponse.OffsetFetchResponseTopics> Topics(IReadOnlyList<FetchedOffset> offsets) =>
    [
        .. offsets.GroupBy(f => f.Partition.Topic, StringComparer.Ordinal).Select(topic =>
            new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                Name = topic.Key,
                Partitions = [.. topic.Select(f => new OffsetFetchResponse.OffsetFetchResponsePartitions
                {
                    PartitionIndex = f.Partition.Partition,
                    CommittedOffset = f.Offset,
                    CommittedLeaderEpoch = f.LeaderEpoch,
                    Metadata = f.Metadata,
                    ErrorCode = f.Error,
                })],
            }),
    ];
}
