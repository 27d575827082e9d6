namespace MedStreams.Broker.Coordination;

/// <summary>A JoinGroup request as the group sees it.</summary>
/// <param name="Ticket">The edge's number for the request; the answer carries it, at once or later. Not 0.</param>
/// <param name="MemberId">The member id that the client knows, empty for a newcomer.</param>
/// <param name="FreshMemberId">The id that a newcomer gets.</param>
/// <param name="InstanceId"><c>group.instance.id</c>, or null.</param>
/// <param name="MemberIdRequired">
/// A dynamic newcomer must ask again with its id (JoinGroup 4, KIP-394), so that lost answers leave no ghosts.
/// </param>
/// <param name="CanSkipAssignment">The client understands SkipAssignment (JoinGroup 9, KIP-814).</param>
/// <param name="ClientId">The client id of the request's header.</param>
/// <param name="ClientHost">The client's address.</param>
/// <param name="RebalanceTimeoutMs">How long a rebalance waits for this member.</param>
/// <param name="SessionTimeoutMs">How long the member may be silent.</param>
/// <param name="ProtocolType">The class of protocols, <c>consumer</c> for consumers.</param>
/// <param name="Protocols">Offered protocols, the preferred first.</param>
internal sealed record JoinCommand(
    long Ticket,
    string MemberId,
    string FreshMemberId,
    string? InstanceId,
    bool MemberIdRequired,
    bool CanSkipAssignment,
    string ClientId,
    string ClientHost,
    int RebalanceTimeoutMs,
    int SessionTimeoutMs,
    string ProtocolType,
    IReadOnlyList<GroupProtocol> Protocols);

/// <summary>A SyncGroup request as the group sees it; null protocol names are not checked (before version 5).</summary>
internal sealed record SyncCommand(
    long Ticket,
    int Generation,
    string MemberId,
    string? InstanceId,
    string? ProtocolType,
    string? ProtocolName,
    IReadOnlyDictionary<string, byte[]> Assignments);

/// <summary>Who leaves: a member id, or only an instance id when an administrator removes a static member.</summary>
internal readonly record struct Leaving(string MemberId, string? InstanceId);

/// <summary>Who commits offsets. Generation -1 and no member id: a consumer that manages itself.</summary>
internal readonly record struct Committer(int Generation, string MemberId, string? InstanceId);
