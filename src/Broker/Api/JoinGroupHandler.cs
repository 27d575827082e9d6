using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 11, JoinGroup, versions 0 to 9: 1 brings the rebalance time-out (before it is the session's), 4 that newcomers must
/// ask again with the member id they are told, 5 static members, 7 a protocol that may be null, 9 SkipAssignment.
/// Needs Read on the group.
/// </summary>
/// <remarks>
/// Deviations: a member that asks again while its earlier request waits gets that one answered with
/// REBALANCE_IN_PROGRESS, where Apache Kafka leaves it without an answer.
/// </remarks>
internal sealed class JoinGroupHandler(GroupCoordinator groups) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    /// <summary>How much of a client's name its member ids carry: with the rest they must fit into 32,767 bytes.</summary>
    private const int LongestPrefix = 8_000;

    /// <inheritdoc/>
    protected override async ValueTask<JoinGroupResponse?> HandleAsync(
        JoinGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new JoinGroupResponse
            {
                ErrorCode = ErrorCode.GroupAuthorizationFailed,
                ProtocolName = context.Version < 7 ? "" : null,
            };
        }

        var pending = groups.JoinAsync(request.GroupId, new JoinCommand(
            Ticket: 0,
            request.MemberId,
            FreshMemberId: NewMemberId(request.GroupInstanceId ?? context.ClientId),
            request.GroupInstanceId,
            MemberIdRequired: context.Version >= 4,
            CanSkipAssignment: context.Version >= 9,
            context.ClientId,
            context.Connection.ClientHost,
            context.Version == 0 ? request.SessionTimeoutMs : request.RebalanceTimeoutMs,
            request.SessionTimeoutMs,
            request.ProtocolType,
            [.. request.Protocols.Select(p => new GroupProtocol(p.Name, p.Metadata))]));
        // A rebalance may take minutes; the broker does not wait for it to stop.
        var answer = await pending.AsTask().WaitAsync(cancellationToken);
        return new JoinGroupResponse
        {
            ErrorCode = answer.Error,
            GenerationId = answer.Generation,
            ProtocolType = answer.ProtocolType,
            ProtocolName = answer.ProtocolName ?? (context.Version < 7 ? "" : null),
            Leader = answer.Leader,
            SkipAssignment = answer.SkipAssignment,
            MemberId = answer.MemberId,
            Members = [.. answer.Members.Select(m => new JoinGroupResponse.JoinGroupResponseMember
            {
                MemberId = m.MemberId,
                GroupInstanceId = m.InstanceId,
                Metadata = m.Metadata,
            })],
        };
    }

    private static string NewMemberId(string name)
    {
        var length = Math.Min(name.Length, LongestPrefix);
        if (length < name.Length && char.IsHighSurrogate(name[length - 1]))
        {
            length--;
        }

        return $"{name.AsSpan(0, length)}-{Guid.NewGuid()}";
    }
}
