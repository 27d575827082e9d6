namespace MedStreams.Broker.Protocol;

/// <summary>Leaves a group.</summary>
/// <remarks>
/// By version. 3: several members at once, in other fields, static ones too. 4: flexible. 5: the reason of leaving.
/// </remarks>
internal sealed class LeaveGroupRequest : IRequest<LeaveGroupResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.LeaveGroup;

    public string GroupId { get; set; } = "";

    public string MemberId { get; set; } = "";

    public List<MemberIdentity> Members { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        if (w.Version <= 2)
            MemberId = w.String(MemberId);
        if (w.Version >= 3)
            Members = w.Structs(Members);
        w.End();
    }

    /// <summary>A member that leaves, since version 3.</summary>
    internal sealed class MemberIdentity : IWireStruct
    {
        public string MemberId { get; set; } = "";

        /// <summary>The name of a static member, or null.</summary>
        public string? GroupInstanceId { get; set; }

        public string? Reason { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            GroupInstanceId = w.NullableString(GroupInstanceId);
            if (w.Version >= 5)
                Reason = w.NullableString(Reason);
            w.End();
        }
    }
}

/// <summary>What became of each member.</summary>
internal sealed class LeaveGroupResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.LeaveGroup;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public List<MemberResponse> Members { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        if (w.Version >= 3)
            Members = w.Structs(Members);
        w.End();
    }

    /// <summary>What became of a member.</summary>
    internal sealed class MemberResponse : IWireStruct
    {
        public string MemberId { get; set; } = "";

        /// <summary>The name of a static member, or null.</summary>
        public string? GroupInstanceId { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            GroupInstanceId = w.NullableString(GroupInstanceId);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }
}
