using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>Key 12, Heartbeat, versions 0 to 4: 3 brings static members. Needs Read on the group.</summary>
/// <remarks>No deviations.</remarks>
internal sealed class HeartbeatHandler(GroupCoordinator groups) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<HeartbeatResponse?> HandleAsync(
        HeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) => new()
        {
            ErrorCode = context.Access.AllowsGroup(AclOperation.Read, request.GroupId)
                ? await groups.HeartbeatAsync(request.GroupId, request.MemberId, request.GroupInstanceId, request.GenerationId)
                : ErrorCode.GroupAuthorizationFailed,
        };
}
