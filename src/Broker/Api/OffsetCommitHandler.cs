using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 8, OffsetCommit, versions 1 to 8: 1 brings the generation and, alone, a commit time, 2 to 4 a retention of the client's
/// own, 6 leader epochs, 7 static members. Partitions that do not exist are refused one by one. Needs Read on the group and
/// on each topic.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class OffsetCommitHandler(GroupCoordinator groups, LogManager logs, TimeProvider clock)
    : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    private const int LastVersionWithCommitTime = 1;

    /// <inheritdoc/>
    protected override async ValueTask<OffsetCommitResponse?> HandleAsync(
        OffsetCommitRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return Respond(request, (_, _) => ErrorCode.GroupAuthorizationFailed);
        }

        var denied = request.Topics.Select(t => t.Name).Denied(context.Access, AclOperation.Read);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var expires = request.RetentionTimeMs < 0 ? -1 : now + Math.Min(request.RetentionTimeMs, long.MaxValue - now);
        var offsets = new List<(TopicPartition, CommittedOffset)>();
        foreach (var topic in request.Topics.Where(t => !denied.Contains(t.Name)))
        {
            foreach (var p in topic.Partitions)
            {
                var partition = new TopicPartition(topic.Name, p.PartitionIndex);
                if (logs.Find(partition) is not null)
                {
                    var time = context.Version == LastVersionWithCommitTime && p.CommitTimestamp >= 0 ? p.CommitTimestamp : now;
                    offsets.Add((partition, new CommittedOffset(
                        p.CommittedOffset, p.CommittedLeaderEpoch, p.CommittedMetadata ?? "", time, expires)));
                }
            }
        }

        var results = offsets.Count == 0 ? [] : await groups.CommitAsync(
            request.GroupId,
            new Committer(request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId),
            offsets);
        var errors = PartitionErrors.From(results);
        return Respond(request, (topic, partition) =>
            denied.Contains(topic) ? ErrorCode.TopicAuthorizationFailed : errors.Of(topic, partition));
    }

    private static OffsetCommitResponse Respond(OffsetCommitRequest request, Func<string, int, ErrorCode> errorOf) => new()
    {
        Topics = [.. request.Topics.Select(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(p => new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = errorOf(topic.Name, p.PartitionIndex),
                })],
            })],
    };
}
