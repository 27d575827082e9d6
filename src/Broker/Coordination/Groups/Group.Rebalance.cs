using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <content>The two phases of a rebalance and their time-outs.</content>
internal sealed partial class Group
{
    private const string ConsumerProtocolType = "consumer";

    /// <summary>When the join phase ends without those who are missing.</summary>
    private long _joinDeadline = Instant.Never;

    /// <summary>The first generation of an empty group waits a little, even when all who came have joined.</summary>
    private bool _delaying;

    private int _delayMs;
    private int _delayLeftMs;
    private bool _joinedDuringDelay;

    /// <summary>When members that did not fetch their assignment are given up.</summary>
    private long _syncDeadline = Instant.Never;

    private readonly HashSet<string> _unsynced = new(StringComparer.Ordinal);

    private void RebalanceIfSettled(Instant now, GroupEffects effects)
    {
        if (State is GroupState.Stable or GroupState.CompletingRebalance or GroupState.Empty)
        {
            PrepareRebalance(now, effects);
        }
    }

    private void PrepareRebalance(Instant now, GroupEffects effects)
    {
        if (State is GroupState.CompletingRebalance)
        {
            foreach (var member in _members.All)
            {
                member.Assignment = [];
                if (member.IsSyncing)
                {
                    effects.Syncs.Add((member.SyncTicket, SyncAnswer.Refused(ErrorCode.RebalanceInProgress)));
                    member.SyncTicket = GroupMember.NoTicket;
                    Restart(member, now);
                }
            }
        }

        EndSyncPhase();
        var timeout = Math.Max(1, _members.RebalanceTimeoutMs());
        _delaying = State is GroupState.Empty;
        if (_delaying)
        {
            _delayMs = _limits.InitialRebalanceDelayMs;
            _delayLeftMs = Math.Max(timeout - _delayMs, 0);
            _joinedDuringDelay = false;
        }

        MoveTo(GroupState.PreparingRebalance, now);
        _joinDeadline = now.ElapsedMs + (_delaying ? _delayMs : timeout);
        CompleteJoinPhaseIfAllAreIn(now, effects);
    }

    private void CompleteJoinPhaseIfAllAreIn(Instant now, GroupEffects effects)
    {
        if (State is GroupState.PreparingRebalance
            && !_delaying
            && _expected.Count == 0
            && _members.Joining() == _members.Count)
        {
            CompleteJoinPhase(now, effects);
        }
    }

    private void JoinPhaseDue(Instant now, GroupEffects effects)
    {
        if (_delaying && _joinedDuringDelay && _delayLeftMs > 0)
        {
            // Somebody came: wait once more, as long as the rebalance time-out allows.
            _joinedDuringDelay = false;
            var next = Math.Min(_limits.InitialRebalanceDelayMs, _delayLeftMs);
            _delayLeftMs = Math.Max(_delayLeftMs - _delayMs, 0);
            _delayMs = next;
            _joinDeadline = now.ElapsedMs + next;
            return;
        }

        CompleteJoinPhase(now, effects);
    }

    private void CompleteJoinPhase(Instant now, GroupEffects effects)
    {
        _delaying = false;
        DropDynamicMembersThatDidNotJoin();
        if (_members.Count > 0 && !_members.ElectJoinedLeader())
        {
            // Only static members that are away: wait until one comes or their sessions end.
            _joinDeadline = now.ElapsedMs + Math.Max(1, _members.RebalanceTimeoutMs());
            return;
        }

        _joinDeadline = Instant.Never;
        Generation++;
        if (_members.Count == 0)
        {
            _protocolName = null;
            LearnSubscribedTopics();
            MoveTo(GroupState.Empty, now);
            effects.Records.Add(new GroupImageRecord(Image()));
            return;
        }

        _protocolName = _members.SelectProtocol();
        LearnSubscribedTopics();
        MoveTo(GroupState.CompletingRebalance, now);
        _syncDeadline = now.ElapsedMs + _members.RebalanceTimeoutMs();
        _unsynced.Clear();
        foreach (var member in _members.All)
        {
            if (member.IsJoining)
            {
                effects.Joins.Add((member.JoinTicket, CurrentGeneration(member)));
                member.JoinTicket = GroupMember.NoTicket;
            }

            member.IsNew = false;
            Restart(member, now);
            _unsynced.Add(member.Id);
        }
    }

    private void DropDynamicMembersThatDidNotJoin()
    {
        foreach (var member in _members.All.Where(m => !m.IsJoining && !m.IsStatic).ToList())
        {
            _members.Remove(member.Id);
        }
    }

    private void Synced(string memberId)
    {
        if (_unsynced.Remove(memberId) && _unsynced.Count == 0)
        {
            _syncDeadline = Instant.Never;
        }
    }

    private void EndSyncPhase()
    {
        _unsynced.Clear();
        _syncDeadline = Instant.Never;
    }

    private void SyncPhaseDue(Instant now, GroupEffects effects)
    {
        foreach (var memberId in _unsynced)
        {
            _members.Remove(memberId);
        }

        EndSyncPhase();
        PrepareRebalance(now, effects);
    }

    /// <summary>Newcomers that never came back with their member id no longer hold up the join phase.</summary>
    private void ExpireExpected(Instant now, GroupEffects effects)
    {
        var due = _expected.Where(e => e.Value <= now.ElapsedMs).Select(e => e.Key).ToList();
        foreach (var memberId in due)
        {
            _expected.Remove(memberId);
        }

        if (due.Count > 0)
        {
            CompleteJoinPhaseIfAllAreIn(now, effects);
        }
    }

    private void ExpireMembers(Instant now, GroupEffects effects)
    {
        foreach (var member in _members.All.Where(m => m.EffectiveDeadline <= now.ElapsedMs).ToList())
        {
            // The removal of one may have restarted the sessions of others.
            if (_members.Contains(member.Id) && member.EffectiveDeadline <= now.ElapsedMs)
            {
                RemoveMember(member, now, effects);
            }
        }
    }

    /// <summary>Takes a member out; the others rebalance. A join of it that still waits is told to start over.</summary>
    private void RemoveMember(GroupMember member, Instant now, GroupEffects effects)
    {
        if (member.IsJoining)
        {
            effects.Joins.Add((member.JoinTicket, new JoinAnswer(ErrorCode.UnknownMemberId, "")));
            member.JoinTicket = GroupMember.NoTicket;
        }

        if (member.IsSyncing)
        {
            effects.Syncs.Add((member.SyncTicket, SyncAnswer.Refused(ErrorCode.UnknownMemberId)));
            member.SyncTicket = GroupMember.NoTicket;
        }

        _members.Remove(member.Id);
        _unsynced.Remove(member.Id);
        if (State is GroupState.Stable or GroupState.CompletingRebalance)
        {
            PrepareRebalance(now, effects);
        }
        else
        {
            CompleteJoinPhaseIfAllAreIn(now, effects);
        }
    }

    private void LearnSubscribedTopics()
    {
        _subscribedTopics = null;
        if (_protocolType != ConsumerProtocolType)
        {
            return;
        }

        var topics = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in _members.All)
        {
            if (!ConsumerSubscription.TryReadTopics(member.MetadataFor(_protocolName!), topics))
            {
                return;
            }
        }

        _subscribedTopics = topics;
    }
}
