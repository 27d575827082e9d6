namespace MedStreams.Broker.Protocol;

/// <summary>A generation of a group in __consumer_offsets; a tombstone deletes the group.</summary>
/// <remarks>
/// By version. 1: rebalance timeout. 2: the time of the current state. 3: static members. 4: flexible.
/// </remarks>
internal sealed class GroupMetadataValue : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 4;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => 4;

    public string ProtocolType { get; set; } = "";

    public int Generation { get; set; }

    public string? Protocol { get; set; } = "";

    public string? Leader { get; set; } = "";

    public long CurrentStateTimestamp { get; set; } = -1;

    public List<MemberMetadata> Members { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ProtocolType = w.String(ProtocolType);
        Generation = w.Int32(Generation);
        Protocol = w.NullableString(Protocol);
        Leader = w.NullableString(Leader);
        if (w.Version >= 2)
            CurrentStateTimestamp = w.Int64(CurrentStateTimestamp);
        Members = w.Structs(Members);
        w.End();
    }

    /// <summary>A member of the generation.</summary>
    internal sealed class MemberMetadata : IWireStruct
    {
        public string MemberId { get; set; } = "";

        /// <summary>The name of a static member, or null.</summary>
        public string? GroupInstanceId { get; set; }

        public string ClientId { get; set; } = "";

        public string ClientHost { get; set; } = "";

        public int RebalanceTimeout { get; set; } = -1;

        public int SessionTimeout { get; set; }

        public byte[] Subscription { get; set; } = [];

        public byte[] Assignment { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            if (w.Version >= 3)
                GroupInstanceId = w.NullableString(GroupInstanceId);
            ClientId = w.String(ClientId);
            ClientHost = w.String(ClientHost);
            if (w.Version >= 1)
                RebalanceTimeout = w.Int32(RebalanceTimeout);
            SessionTimeout = w.Int32(SessionTimeout);
            Subscription = w.Bytes(Subscription);
            Assignment = w.Bytes(Assignment);
            w.End();
        }
    }
}
