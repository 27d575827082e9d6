using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// One consumer group: who is in it, what each was assigned, and the offsets it committed. A pure state machine:
/// commands and the current time go in, answers and records to append come out in <see cref="GroupEffects"/>; it
/// reads no clock, does no I/O and takes no lock. The edge serialises commands per group, appends the records in
/// their order, releases answers when they are durable, and calls <see cref="Tick"/> at <see cref="NextDeadline"/>.
/// </summary>
/// <remarks>
/// The classic protocol of Kafka 3.9: JoinGroup collects the members of a generation, SyncGroup hands out what the
/// leader assigned. Errors and their order are those of a Kafka 3.9.1 broker.
/// </remarks>
internal sealed partial class Group
{
    private readonly GroupLimits _limits;
    private readonly GroupMembers _members = new();
    private readonly GroupOffsets _offsets = new();

    /// <summary>Newcomers that were told their member id and have not come back with it, and until when they may.</summary>
    private readonly Dictionary<string, long> _expected = new(StringComparer.Ordinal);

    private string? _protocolType;
    private string? _protocolName;
    private long _stateSinceUtc = -1;

    /// <summary>The topics that members of a consumer group subscribe to; null when that is not known.</summary>
    private HashSet<string>? _subscribedTopics;

    /// <summary>A group that does not exist yet.</summary>
    public Group(string id, GroupLimits limits)
    {
        Id = id;
        _limits = limits;
    }

    /// <summary>The group's name.</summary>
    public string Id { get; }

    public GroupState State { get; private set; } = GroupState.Empty;

    /// <summary>Counts completed rebalances; 0 in a group that never had members.</summary>
    public int Generation { get; private set; }

    /// <summary>The class of protocols of the last members, empty when there never were any.</summary>
    public string ProtocolType => _protocolType ?? "";

    /// <summary>When <see cref="Tick"/> has work next, on the elapsed clock; <see cref="Instant.Never"/> when it has none.</summary>
    public long NextDeadline
    {
        get
        {
            var next = Math.Min(_joinDeadline, _syncDeadline);
            foreach (var deadline in _expected.Values)
            {
                next = Math.Min(next, deadline);
            }

            foreach (var member in _members.All)
            {
                next = Math.Min(next, member.EffectiveDeadline);
            }

            return next;
        }
    }

    /// <summary>Does everything that is due: members given up, phases of a rebalance ended.</summary>
    public void Tick(Instant now, GroupEffects effects)
    {
        ExpireExpected(now, effects);
        ExpireMembers(now, effects);
        if (_joinDeadline <= now.ElapsedMs)
        {
            JoinPhaseDue(now, effects);
        }

        if (_syncDeadline <= now.ElapsedMs)
        {
            SyncPhaseDue(now, effects);
        }
    }

    /// <summary>A heartbeat keeps a member alive and tells it whether to join again.</summary>
    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation, Instant now)
    {
        if (State is GroupState.Dead)
        {
            return ErrorCode.CoordinatorNotAvailable;
        }

        var error = CheckMember(memberId, instanceId, generation);
        if (error is not ErrorCode.None)
        {
            return error;
        }

        Restart(_members.Find(memberId)!, now);
        return State is GroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <summary>The group as DescribeGroups shows it.</summary>
    public DescribedGroup Describe()
    {
        var stable = State is GroupState.Stable;
        var members = new List<DescribedMember>(_members.Count);
        foreach (var m in _members.All)
        {
            members.Add(new DescribedMember(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost,
                stable ? m.MetadataFor(_protocolName!) : [],
                stable ? m.Assignment : []));
        }

        return new DescribedGroup(State, ProtocolType, stable ? _protocolName! : "", members);
    }

    /// <summary>DeleteGroups: only a group without members goes, with all its offsets.</summary>
    public ErrorCode Delete(Instant now, GroupEffects effects)
    {
        switch (State)
        {
            case GroupState.Dead:
                return ErrorCode.GroupIdNotFound;
            case GroupState.Empty:
                _offsets.RemoveAll(effects.Records);
                Bury(now, effects);
                return ErrorCode.None;
            default:
                return ErrorCode.NonEmptyGroup;
        }
    }

    /// <summary>The instance id, where given, belongs to the member; the member is in the group.</summary>
    private ErrorCode CheckMember(string memberId, string? instanceId)
    {
        if (instanceId is not null)
        {
            var current = _members.IdOfInstance(instanceId);
            if (current is null)
            {
                return ErrorCode.UnknownMemberId;
            }

            var known = _members.Find(current)!;
            if (current == memberId)
            {
                known.IsUnheard = false;
                return ErrorCode.None;
            }

            // A client that forgot its member id when it did not hear of the broker for long goes on sending heartbeats for a while: no older instance.
            if (memberId.Length == 0)
            {
                return ErrorCode.UnknownMemberId;
            }

            // To be fenced is the end of a client. One that may have been given its member id shortly before a restart of the broker
            // is told to join anew instead; should it be the older of two, the newer one joins once more.
            return known.IsUnheard ? ErrorCode.UnknownMemberId : ErrorCode.FencedInstanceId;
        }

        return _members.Contains(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private ErrorCode CheckMember(string memberId, string? instanceId, int generation)
    {
        var error = CheckMember(memberId, instanceId);
        return error is ErrorCode.None && generation != Generation ? ErrorCode.IllegalGeneration : error;
    }

    /// <summary>Starts the session of a member again.</summary>
    private static void Restart(GroupMember member, Instant now) =>
        member.Deadline = now.ElapsedMs + member.SessionTimeoutMs;

    private void MoveTo(GroupState next, Instant now)
    {
        if (!State.CanBecome(next))
        {
            throw new InvalidOperationException($"Group {Id} cannot go from {State} to {next}.");
        }

        State = next;
        _stateSinceUtc = now.UtcMs;
    }

    /// <summary>Ends an empty group; one that never had members left no image behind to remove.</summary>
    private void Bury(Instant now, GroupEffects effects)
    {
        MoveTo(GroupState.Dead, now);
        if (Generation > 0)
        {
            effects.Records.Add(new GroupImageRecord(null));
        }
    }

    private GroupImage Image()
    {
        var members = new List<MemberImage>(_members.Count);
        foreach (var m in _members.All)
        {
            members.Add(new MemberImage(
                m.Id, m.InstanceId, m.ClientId, m.ClientHost, m.RebalanceTimeoutMs, m.SessionTimeoutMs,
                m.MetadataFor(_protocolName!), m.Assignment));
        }

        return new GroupImage(ProtocolType, Generation, _protocolName, _members.Leader, _stateSinceUtc, members);
    }
}
