using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 47, OffsetDelete, version 0 (KIP-496). Offsets of topics that a member subscribes to stay
/// (GROUP_SUBSCRIBED_TO_TOPIC); a group that is left without members and offsets goes.
/// Needs Delete on the group and Read on each topic.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class OffsetDeleteHandler(GroupCoordinator groups, LogManager logs)
    : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<OffsetDeleteResponse?> HandleAsync(
        OffsetDeleteRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsGroup(AclOperation.Delete, request.GroupId))
        {
            return new OffsetDeleteResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var denied = request.Topics.Select(t => t.Name).Denied(context.Access, AclOperation.Read);
        var partitions = request.Topics
            .Where(t => !denied.Contains(t.Name))
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p.PartitionIndex)))
            .Where(p => logs.Find(p) is not null)
            .Distinct()
            .ToList();
        var (error, results) = await groups.DeleteOffsetsAsync(request.GroupId, partitions);
        if (error is not ErrorCode.None)
        {
            return new OffsetDeleteResponse { ErrorCode = error };
        }

        var errors = PartitionErrors.From(results);
        return new OffsetDeleteResponse
        {
            Topics = [.. request.Topics.Select(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(p => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = denied.Contains(topic.Name)
                        ? ErrorCode.TopicAuthorizationFailed
                        : errors.Of(topic.Name, p.PartitionIndex),
                })],
            })],
        };
    }
}
