namespace MedStreams.Broker.Coordination;

/// <summary>
/// The members of a group in the order in which they came, with the leader, the names of static members and the
/// choice of a protocol. Not thread-safe.
/// </summary>
internal sealed class GroupMembers
{
    private readonly OrderedDictionary<string, GroupMember> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _staticIds = new(StringComparer.Ordinal);

    public int Count => _byId.Count;

    public IReadOnlyCollection<GroupMember> All => _byId.Values;

    /// <summary>The leader's member id, or null in a group without members.</summary>
    public string? Leader { get; private set; }

    public GroupMember? Find(string memberId) => _byId.GetValueOrDefault(memberId);

    public bool Contains(string memberId) => _byId.ContainsKey(memberId);

    /// <summary>The member id that stands behind a <c>group.instance.id</c>, or null.</summary>
    public string? IdOfInstance(string instanceId) => _staticIds.GetValueOrDefault(instanceId);

    /// <summary>Adds a member; the first one leads.</summary>
    public void Add(GroupMember member)
    {
        if (member.InstanceId is { } instance)
        {
            _staticIds.Add(instance, member.Id);
        }

        _byId.Add(member.Id, member);
        Leader ??= member.Id;
    }

    /// <summary>Puts the leader of a group read from its log in place.</summary>
    public void RestoreLeader(string? leader)
    {
        if (leader is not null && _byId.ContainsKey(leader))
        {
            Leader = leader;
        }
    }

    /// <summary>Removes a member if it is there; the oldest one left leads when the leader goes.</summary>
    public void Remove(string memberId)
    {
        if (_byId.Remove(memberId, out var member) && member.InstanceId is { } instance)
        {
            _staticIds.Remove(instance);
        }

        if (Leader == memberId)
        {
            Leader = _byId.Count == 0 ? null : _byId.GetAt(0).Key;
        }
    }

    /// <summary>Gives a static member a new member id; it keeps its place, its assignment and its lead.</summary>
    public void Rename(GroupMember member, string newId)
    {
        var oldId = member.Id;
        var index = _byId.IndexOf(oldId);
        _byId.RemoveAt(index);
        member.Id = newId;
        _byId.Insert(index, newId, member);
        if (member.InstanceId is { } instance)
        {
            _staticIds[instance] = newId;
        }

        if (Leader == oldId)
        {
            Leader = newId;
        }
    }

    /// <summary>
    /// Makes sure that the leader is one of those who joined again; else the oldest of those takes over. False when
    /// nobody has joined.
    /// </summary>
    public bool ElectJoinedLeader()
    {
        if (Leader is null)
        {
            return false;
        }

        if (_byId[Leader].IsJoining)
        {
            return true;
        }

        foreach (var member in _byId.Values)
        {
            if (member.IsJoining)
            {
                Leader = member.Id;
                return true;
            }
        }

        return false;
    }

    public int Joining()
    {
        var joining = 0;
        foreach (var member in _byId.Values)
        {
            joining += member.IsJoining ? 1 : 0;
        }

        return joining;
    }

    /// <summary>The longest rebalance time-out that a member asks for; 0 without members.</summary>
    public int RebalanceTimeoutMs()
    {
        var longest = 0;
        foreach (var member in _byId.Values)
        {
            longest = Math.Max(longest, member.RebalanceTimeoutMs);
        }

        return longest;
    }

    /// <summary>Whether one of <paramref name="protocols"/> is offered by every member.</summary>
    public bool AllSupportOneOf(IReadOnlyList<GroupProtocol> protocols)
    {
        foreach (var protocol in protocols)
        {
            if (AllSupport(protocol.Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Among the protocols that every member offers, the one that most members like best; on a tie the one that
    /// the oldest member voted for. Members have at least one in common: nobody is let in otherwise.
    /// </summary>
    public string SelectProtocol()
    {
        var votes = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _byId.Values)
        {
            foreach (var protocol in member.Protocols)
            {
                if (AllSupport(protocol.Name))
                {
                    votes[protocol.Name] = votes.GetValueOrDefault(protocol.Name) + 1;
                    break;
                }
            }
        }

        if (votes.Count == 0)
        {
            throw new InvalidOperationException("The members of a group have no protocol in common.");
        }

        var best = votes.GetAt(0);
        foreach (var vote in votes)
        {
            if (vote.Value > best.Value)
            {
                best = vote;
            }
        }

        return best.Key;
    }

    private bool AllSupport(string protocol)
    {
        foreach (var member in _byId.Values)
        {
            if (!member.Supports(protocol))
            {
                return false;
            }
        }

        return true;
    }
}
