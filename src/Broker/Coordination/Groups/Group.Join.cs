using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <content>JoinGroup: newcomers, static members that come back, members that join again.</content>
internal sealed partial class Group
{
    /// <summary>Takes a JoinGroup request. Its answer comes now or when the rebalance is complete.</summary>
    public void Join(JoinCommand join, Instant now, GroupEffects effects)
    {
        if (State is GroupState.Dead)
        {
            Refuse(join, ErrorCode.CoordinatorNotAvailable, effects);
        }
        else if (!HasRoomFor(join.MemberId))
        {
            _members.Remove(join.MemberId);
            _expected.Remove(join.MemberId);
            effects.Joins.Add((join.Ticket, new JoinAnswer(ErrorCode.GroupMaxSizeReached, "")));
        }
        else if (!Accepts(join))
        {
            Refuse(join, ErrorCode.InconsistentGroupProtocol, effects);
        }
        else if (join.MemberId.Length == 0)
        {
            JoinAsNewcomer(join, now, effects);
        }
        else if (_expected.ContainsKey(join.MemberId) && join.InstanceId is not null)
        {
            // Only newcomers without an instance id are told their member id first; Apache Kafka fails here.
            Refuse(join, ErrorCode.UnknownServerError, effects);
        }
        else if (_expected.ContainsKey(join.MemberId))
        {
            AddMember(join, join.MemberId, now, effects);
        }
        else
        {
            JoinAgain(join, now, effects);
        }

        CompleteJoinPhaseIfAllAreIn(now, effects);
    }

    private void JoinAsNewcomer(JoinCommand join, Instant now, GroupEffects effects)
    {
        if (join.InstanceId is { } instance && _members.IdOfInstance(instance) is { } oldId)
        {
            ReplaceStaticMember(_members.Find(oldId)!, join, now, effects);
        }
        else if (join.InstanceId is null && join.MemberIdRequired)
        {
            _expected[join.FreshMemberId] = now.ElapsedMs + join.SessionTimeoutMs;
            effects.Joins.Add((join.Ticket, new JoinAnswer(ErrorCode.MemberIdRequired, join.FreshMemberId)));
        }
        else
        {
            AddMember(join, join.FreshMemberId, now, effects);
        }
    }

    private void AddMember(JoinCommand join, string memberId, Instant now, GroupEffects effects)
    {
        if (_members.Count == 0)
        {
            _protocolType = join.ProtocolType;
        }

        var member = new GroupMember(memberId, join.InstanceId, join.ClientId, join.ClientHost)
        {
            IsNew = true,
            Deadline = now.ElapsedMs + _limits.NewMemberJoinTimeoutMs,
        };
        Update(member, join);
        _members.Add(member);
        _expected.Remove(memberId);
        _joinedDuringDelay |= State is GroupState.PreparingRebalance && Generation == 0;
        RebalanceIfSettled(now, effects);
    }

    private void JoinAgain(JoinCommand join, Instant now, GroupEffects effects)
    {
        var error = CheckMember(join.MemberId, join.InstanceId);
        if (error is not ErrorCode.None)
        {
            Refuse(join, error, effects);
            return;
        }

        var member = _members.Find(join.MemberId)!;
        var leads = _members.Leader == member.Id;
        var changed = !member.Offers(join.Protocols);
        switch (State)
        {
            // A leader that joins a stable group asks for a new assignment: it knows of changes, such as new
            // partitions, that its subscription does not show.
            case GroupState.Stable when !leads && !changed:
            // The answer to an earlier JoinGroup was lost; the generation still stands.
            case GroupState.CompletingRebalance when !changed:
                effects.Joins.Add((join.Ticket, CurrentGeneration(member)));
                break;
            default:
                Supersede(member, effects);
                Update(member, join);
                RebalanceIfSettled(now, effects);
                break;
        }
    }

    /// <summary>
    /// A static member came back under a new member id: the old one is fenced. A stable group goes on as it is, unless the
    /// member's protocols change the choice; an unfinished rebalance starts again, for the leader may already assign to
    /// the old id.
    /// </summary>
    private void ReplaceStaticMember(GroupMember member, JoinCommand join, Instant now, GroupEffects effects)
    {
        var oldLeader = _members.Leader ?? "";
        if (member.IsJoining)
        {
            effects.Joins.Add((member.JoinTicket, new JoinAnswer(ErrorCode.FencedInstanceId, member.Id)));
        }

        if (member.IsSyncing)
        {
            effects.Syncs.Add((member.SyncTicket, SyncAnswer.Refused(ErrorCode.FencedInstanceId)));
            member.SyncTicket = GroupMember.NoTicket;
        }

        RenameEverywhere(member, join.FreshMemberId);
        member.IsUnheard = false;
        Update(member, join);
        member.Deadline = now.ElapsedMs + (member.IsNew ? _limits.NewMemberJoinTimeoutMs : member.SessionTimeoutMs);
        switch (State)
        {
            case GroupState.Stable when _members.SelectProtocol() == _protocolName:
                effects.Records.Add(new GroupImageRecord(Image()));
                var leads = _members.Leader == member.Id;
                effects.Joins.Add((member.JoinTicket, join.CanSkipAssignment
                    ? CurrentGeneration(member) with { SkipAssignment = leads }
                    // Older clients must not take themselves for the leader: what they would assign goes nowhere.
                    : CurrentGeneration(member) with { Leader = oldLeader, Members = [] }));
                member.JoinTicket = GroupMember.NoTicket;
                break;
            case GroupState.Stable or GroupState.CompletingRebalance:
                PrepareRebalance(now, effects);
                break;
            default:
                break;
        }
    }

    private void RenameEverywhere(GroupMember member, string newId)
    {
        if (_unsynced.Remove(member.Id))
        {
            _unsynced.Add(newId);
        }

        _members.Rename(member, newId);
    }

    /// <summary>What a member is told that is in step with the current generation.</summary>
    private JoinAnswer CurrentGeneration(GroupMember member) =>
        new(ErrorCode.None, member.Id, Generation, _protocolType, _protocolName, _members.Leader ?? "")
        {
            Members = _members.Leader == member.Id ? ListForLeader() : [],
        };

    private List<JoinedMember> ListForLeader()
    {
        var list = new List<JoinedMember>(_members.Count);
        foreach (var m in _members.All)
        {
            list.Add(new JoinedMember(m.Id, m.InstanceId, m.MetadataFor(_protocolName!)));
        }

        return list;
    }

    private static void Update(GroupMember member, JoinCommand join)
    {
        member.Protocols = join.Protocols;
        member.RebalanceTimeoutMs = join.RebalanceTimeoutMs;
        member.SessionTimeoutMs = join.SessionTimeoutMs;
        member.JoinTicket = join.Ticket;
    }

    /// <summary>A member asks again while its earlier request waits: the client gave that one up.</summary>
    private static void Supersede(GroupMember member, GroupEffects effects)
    {
        if (member.IsJoining)
        {
            effects.Joins.Add((member.JoinTicket, new JoinAnswer(ErrorCode.RebalanceInProgress, member.Id)));
        }
    }

    private static void Refuse(JoinCommand join, ErrorCode error, GroupEffects effects) =>
        effects.Joins.Add((join.Ticket, new JoinAnswer(error, join.MemberId)));

    /// <summary>
    /// Whether the group takes the protocols: an empty group takes any, another one those of its own type of which one
    /// is common to all.
    /// </summary>
    private bool Accepts(JoinCommand join) => State is GroupState.Empty
        ? join.ProtocolType.Length > 0 && join.Protocols.Count > 0
        : join.ProtocolType == _protocolType && _members.AllSupportOneOf(join.Protocols);

    private bool HasRoomFor(string memberId) => State switch
    {
        // Counted by those who joined again, so that the last ones lose their place when the limit was lowered.
        GroupState.PreparingRebalance =>
            _members.Find(memberId) is { IsJoining: true } || _members.Joining() < _limits.MaxSize,
        GroupState.CompletingRebalance or GroupState.Stable =>
            _members.Contains(memberId) || _members.Count < _limits.MaxSize,
        _ => true,
    };
}
