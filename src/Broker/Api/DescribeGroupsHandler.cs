using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 15, DescribeGroups, versions 0 to 5. A group that is not there is Dead, without an error. Subscriptions and assignments
/// are shown of a stable group only. Needs Describe on each group.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class DescribeGroupsHandler(GroupCoordinator groups)
    : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DescribeGroupsResponse?> HandleAsync(
        DescribeGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new DescribeGroupsResponse();
        foreach (var groupId in request.Groups)
        {
            if (!context.Access.AllowsGroup(AclOperation.Describe, groupId))
            {
                response.Groups.Add(new() { GroupId = groupId, ErrorCode = ErrorCode.GroupAuthorizationFailed });
                continue;
            }

            var group = await groups.DescribeAsync(groupId);
            response.Groups.Add(new DescribeGroupsResponse.DescribedGroup
            {
                ErrorCode = group.Error,
                GroupId = groupId,
                GroupState = group.Error is ErrorCode.None ? group.State.ToString() : "",
                ProtocolType = group.ProtocolType,
                ProtocolData = group.Protocol,
                Members = [.. group.Members.Select(Describe)],
                AuthorizedOperations = request.IncludeAuthorizedOperations && group.Error is ErrorCode.None
                    ? context.Access.Operations(AclResourceType.Group, groupId)
                    : AuthorizedOperations.NotAsked,
            });
        }

        return response;
    }

    private static DescribeGroupsResponse.DescribedGroupMember Describe(DescribedMember member) => new()
    {
        MemberId = member.MemberId,
        GroupInstanceId = member.InstanceId,
        ClientId = member.ClientId,
        ClientHost = member.ClientHost,
        MemberMetadata = member.Metadata,
        MemberAssignment = member.Assignment,
    };
}
