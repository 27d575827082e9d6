using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 13, LeaveGroup, versions 0 to 5: 3 brings several members at once, by member id or, for an administrator, by instance
/// id alone. Before it the one member's error is the response's. Needs Read on the group.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class LeaveGroupHandler(GroupCoordinator groups) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<LeaveGroupResponse?> HandleAsync(
        LeaveGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new LeaveGroupResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        if (request.GroupId.Length == 0)
        {
            return new LeaveGroupResponse { ErrorCode = ErrorCode.InvalidGroupId };
        }

        if (context.Version < 3)
        {
            var one = await groups.LeaveAsync(request.GroupId, [new Leaving(request.MemberId, null)]);
            return new LeaveGroupResponse { ErrorCode = one[0] };
        }

        var errors = await groups.LeaveAsync(
            request.GroupId, [.. request.Members.Select(m => new Leaving(m.MemberId, m.GroupInstanceId))]);
        return new LeaveGroupResponse
        {
            Members = [.. request.Members.Zip(errors, (m, error) => new LeaveGroupResponse.MemberResponse
            {
                MemberId = m.MemberId,
                GroupInstanceId = m.GroupInstanceId,
                ErrorCode = error,
            })],
        };
    }
}
