using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <content>SyncGroup and LeaveGroup.</content>
internal sealed partial class Group
{
    /// <summary>Takes a SyncGroup request: the leader's brings the assignments, each member's fetches its own.</summary>
    public void Sync(SyncCommand sync, Instant now, GroupEffects effects)
    {
        var error = CheckSync(sync);
        if (error is not ErrorCode.None)
        {
            effects.Syncs.Add((sync.Ticket, SyncAnswer.Refused(error)));
            return;
        }

        var member = _members.Find(sync.MemberId)!;
        if (State is GroupState.Stable)
        {
            Synced(member.Id);
            Restart(member, now);
            effects.Syncs.Add((sync.Ticket, AssignmentOf(member)));
            return;
        }

        if (member.IsSyncing)
        {
            effects.Syncs.Add((member.SyncTicket, SyncAnswer.Refused(ErrorCode.RebalanceInProgress)));
        }

        member.SyncTicket = sync.Ticket;
        Synced(member.Id);
        if (_members.Leader == member.Id)
        {
            HandOut(sync.Assignments, now, effects);
        }
    }

    /// <summary>
    /// Takes a LeaveGroup request and tells for each who leaves what came of it. The first error does not stop the rest.
    /// </summary>
    public IReadOnlyList<ErrorCode> Leave(IReadOnlyList<Leaving> leaving, Instant now, GroupEffects effects)
    {
        var results = new List<ErrorCode>(leaving.Count);
        foreach (var who in leaving)
        {
            results.Add(Leave(who, now, effects));
        }

        return results;
    }

    private ErrorCode Leave(Leaving who, Instant now, GroupEffects effects)
    {
        if (who.MemberId.Length == 0)
        {
            if (who.InstanceId is null || _members.IdOfInstance(who.InstanceId) is not { } current)
            {
                return ErrorCode.UnknownMemberId;
            }

            RemoveMember(_members.Find(current)!, now, effects);
            return ErrorCode.None;
        }

        if (_expected.Remove(who.MemberId))
        {
            CompleteJoinPhaseIfAllAreIn(now, effects);
            return ErrorCode.None;
        }

        var error = CheckMember(who.MemberId, who.InstanceId);
        if (error is ErrorCode.None)
        {
            RemoveMember(_members.Find(who.MemberId)!, now, effects);
        }

        return error;
    }

    private ErrorCode CheckSync(SyncCommand sync)
    {
        if (State is GroupState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        var error = CheckMember(sync.MemberId, sync.InstanceId, sync.Generation);
        if (error is not ErrorCode.None)
        {
            return error;
        }

        if ((sync.ProtocolType is not null && sync.ProtocolType != _protocolType)
            || (sync.ProtocolName is not null && sync.ProtocolName != _protocolName))
        {
            return ErrorCode.InconsistentGroupProtocol;
        }

        return State is GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>The leader's assignment: written, then given to all who wait. Members it forgot get nothing.</summary>
    private void HandOut(IReadOnlyDictionary<string, byte[]> assignments, Instant now, GroupEffects effects)
    {
        foreach (var member in _members.All)
        {
            member.Assignment = assignments.TryGetValue(member.Id, out var assigned) ? assigned : [];
        }

        MoveTo(GroupState.Stable, now);
        effects.Records.Add(new GroupImageRecord(Image()));
        foreach (var member in _members.All)
        {
            if (member.IsSyncing)
            {
                effects.Syncs.Add((member.SyncTicket, AssignmentOf(member)));
                member.SyncTicket = GroupMember.NoTicket;
                Restart(member, now);
            }
        }
    }

    private SyncAnswer AssignmentOf(GroupMember member) =>
        new(ErrorCode.None, member.Assignment, _protocolType, _protocolName);
}
