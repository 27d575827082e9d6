namespace MedStreams.Broker.Coordination;

/// <summary>A protocol that a member offers, with its subscription in that protocol's own form.</summary>
internal readonly record struct GroupProtocol(string Name, byte[] Metadata);

/// <summary>One member of a group. Owned by its <see cref="Group"/>, which alone changes it.</summary>
internal sealed class GroupMember(string id, string? instanceId, string clientId, string clientHost)
{
    /// <summary>No request of this member is waiting.</summary>
    public const long NoTicket = 0;

    public string Id { get; set; } = id;

    /// <summary><c>group.instance.id</c> of a static member, or null.</summary>
    public string? InstanceId { get; } = instanceId;

    public string ClientId { get; } = clientId;

    public string ClientHost { get; } = clientHost;

    public int RebalanceTimeoutMs { get; set; }

    public int SessionTimeoutMs { get; set; }

    /// <summary>Offered protocols, the preferred first.</summary>
    public IReadOnlyList<GroupProtocol> Protocols { get; set; } = [];

    public byte[] Assignment { get; set; } = [];

    /// <summary>The waiting JoinGroup request, or <see cref="NoTicket"/>.</summary>
    public long JoinTicket { get; set; }

    /// <summary>The waiting SyncGroup request, or <see cref="NoTicket"/>.</summary>
    public long SyncTicket { get; set; }

    /// <summary>True until the member's first join is answered: until then it cannot send heartbeats.</summary>
    public bool IsNew { get; set; }

    /// <summary>When the member is given up, on the elapsed clock, unless it is waiting for the group.</summary>
    public long Deadline { get; set; }

    /// <summary>
    /// Whether the member was read from the log and has not spoken since. What the log says of a static member may be older than what it was
    /// told: a new member id is written only with the generation that it is part of.
    /// </summary>
    public bool IsUnheard { get; set; }

    public bool IsStatic => InstanceId is not null;

    public bool IsJoining => JoinTicket != NoTicket;

    public bool IsSyncing => SyncTicket != NoTicket;

    /// <summary>
    /// The deadline that counts. A member whose request waits here cannot send heartbeats and is excused; its
    /// session starts again with the answer. A new member's first join is not excused: its client may be gone.
    /// </summary>
    public long EffectiveDeadline => !IsNew && (IsJoining || IsSyncing) ? Instant.Never : Deadline;

    /// <summary>Whether the member offers exactly these protocols with the same subscriptions.</summary>
    public bool Offers(IReadOnlyList<GroupProtocol> protocols)
    {
        if (Protocols.Count != protocols.Count)
        {
            return false;
        }

        for (var i = 0; i < protocols.Count; i++)
        {
            if (Protocols[i].Name != protocols[i].Name
                || !Protocols[i].Metadata.AsSpan().SequenceEqual(protocols[i].Metadata))
            {
                return false;
            }
        }

        return true;
    }

    public bool Supports(string protocol)
    {
        foreach (var offered in Protocols)
        {
            if (offered.Name == protocol)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The subscription in <paramref name="protocol"/>; empty when it is not offered.</summary>
    public byte[] MetadataFor(string protocol)
    {
        foreach (var offered in Protocols)
        {
            if (offered.Name == protocol)
            {
                return offered.Metadata;
            }
        }

        return [];
    }
}
