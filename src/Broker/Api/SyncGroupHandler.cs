using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 14, SyncGroup, versions 0 to 5: 3 brings static members, 5 protocol type and name, which must then be there.
/// Needs Read on the group.
/// </summary>
/// <remarks>No deviations. The leader's answer, like everybody's, comes when the assignment is durable.</remarks>
internal sealed class SyncGroupHandler(GroupCoordinator groups) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<SyncGroupResponse?> HandleAsync(
        SyncGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version >= 5 && (request.ProtocolType is null || request.ProtocolName is null))
        {
            return new SyncGroupResponse { ErrorCode = ErrorCode.InconsistentGroupProtocol };
        }

        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new SyncGroupResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var assignments = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var assignment in request.Assignments)
        {
            assignments[assignment.MemberId] = assignment.Assignment;
        }

        var pending = groups.SyncAsync(request.GroupId, new SyncCommand(
            Ticket: 0,
            request.GenerationId,
            request.MemberId,
            request.GroupInstanceId,
            request.ProtocolType,
            request.ProtocolName,
            assignments));
        // A rebalance may take minutes; the broker does not wait for it to stop.
        var answer = await pending.AsTask().WaitAsync(cancellationToken);
        return new SyncGroupResponse
        {
            ErrorCode = answer.Error,
            ProtocolType = answer.ProtocolType,
            ProtocolName = answer.ProtocolName,
            Assignment = answer.Assignment,
        };
    }
}
