namespace MedStreams.Broker.Protocol;

/// <summary>Enters a group, or enters it again for the next generation.</summary>
/// <remarks>
/// By version. 1: rebalance timeout; before, the session timeout served as it. 4: a first request without member id
/// is answered MEMBER_ID_REQUIRED with an id to come again with. 5: static members. 6: flexible. 7: the protocol
/// type in the response. 8: the reason of joining. 9: the leader may skip assigning.
/// </remarks>
internal sealed class JoinGroupRequest : IRequest<JoinGroupResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.JoinGroup;

    public string GroupId { get; set; } = "";

    /// <summary>Without a heartbeat for so long the member is out, in milliseconds.</summary>
    public int SessionTimeoutMs { get; set; }

    /// <summary>How long members have to join again, in milliseconds.</summary>
    public int RebalanceTimeoutMs { get; set; } = -1;

    public string MemberId { get; set; } = "";

    /// <summary>The name of a static member, or null.</summary>
    public string? GroupInstanceId { get; set; }

    public string ProtocolType { get; set; } = "";

    public List<JoinGroupRequestProtocol> Protocols { get; set; } = [];

    public string? Reason { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        SessionTimeoutMs = w.Int32(SessionTimeoutMs);
        if (w.Version >= 1)
            RebalanceTimeoutMs = w.Int32(RebalanceTimeoutMs);
        MemberId = w.String(MemberId);
        if (w.Version >= 5)
            GroupInstanceId = w.NullableString(GroupInstanceId);
        ProtocolType = w.String(ProtocolType);
        Protocols = w.Structs(Protocols);
        if (w.Version >= 8)
            Reason = w.NullableString(Reason);
        w.End();
    }

    /// <summary>A protocol that the member can do, with what it tells the leader.</summary>
    internal sealed class JoinGroupRequestProtocol : IWireStruct
    {
        public string Name { get; set; } = "";

        public byte[] Metadata { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Metadata = w.Bytes(Metadata);
            w.End();
        }
    }
}

/// <summary>The generation that was entered; only the leader learns of the other members.</summary>
internal sealed class JoinGroupResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.JoinGroup;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public int GenerationId { get; set; } = -1;

    public string? ProtocolType { get; set; }

    public string? ProtocolName { get; set; } = "";

    public string Leader { get; set; } = "";

    public bool SkipAssignment { get; set; }

    public string MemberId { get; set; } = "";

    public List<JoinGroupResponseMember> Members { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 2)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        GenerationId = w.Int32(GenerationId);
        if (w.Version >= 7)
            ProtocolType = w.NullableString(ProtocolType);
        ProtocolName = w.NullableString(ProtocolName, w.Version >= 7);
        Leader = w.String(Leader);
        if (w.Version >= 9)
            SkipAssignment = w.Bool(SkipAssignment);
        MemberId = w.String(MemberId);
        Members = w.Structs(Members);
        w.End();
    }

    /// <summary>A member, as the leader sees it.</summary>
    internal sealed class JoinGroupResponseMember : IWireStruct
    {
        public string MemberId { get; set; } = "";

        /// <summary>The name of a static member, or null.</summary>
        public string? GroupInstanceId { get; set; }

        public byte[] Metadata { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            if (w.Version >= 5)
                GroupInstanceId = w.NullableString(GroupInstanceId);
            Metadata = w.Bytes(Metadata);
            w.End();
        }
    }
}
