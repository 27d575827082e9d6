using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>Key 12, Heartbeat, versions 0 to 4: 3 brings static members.</summary>
/// <remarks>No deviations.</remarks>
internal sealed class HeartbeatHandler(GroupCoordinator groups) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<HeartbeatResponse?> HandleAsync(
        HeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) => new()
        {
            ErrorCode = await groups.HeartbeatAsync(
            request.GroupId, request.MemberId, request.GroupInstanceId, request.GenerationId),
        };
}
