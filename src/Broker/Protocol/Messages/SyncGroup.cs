namespace MedStreams.Broker.Protocol;

/// <summary>Hands in the assignment, if sent by the leader, and asks for the own part of it.</summary>
/// <remarks>
/// By version. 3: static members. 4: flexible. 5: protocol type and name in both directions.
/// </remarks>
internal sealed class SyncGroupRequest : IRequest<SyncGroupResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SyncGroup;

    public string GroupId { get; set; } = "";

    public int GenerationId { get; set; }

    public string MemberId { get; set; } = "";

    /// <summary>The name of a static member, or null.</summary>
    public string? GroupInstanceId { get; set; }

    public string? ProtocolType { get; set; }

    public string? ProtocolName { get; set; }

    public List<SyncGroupRequestAssignment> Assignments { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        GenerationId = w.Int32(GenerationId);
        MemberId = w.String(MemberId);
        if (w.Version >= 3)
            GroupInstanceId = w.NullableString(GroupInstanceId);
        if (w.Version >= 5)
        {
            ProtocolType = w.NullableString(ProtocolType);
            ProtocolName = w.NullableString(ProtocolName);
        }

        Assignments = w.Structs(Assignments);
        w.End();
    }

    /// <summary>The part of one member.</summary>
    internal sealed class SyncGroupRequestAssignment : IWireStruct
    {
        public string MemberId { get; set; } = "";

        public byte[] Assignment { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            Assignment = w.Bytes(Assignment);
            w.End();
        }
    }
}

/// <summary>The member's part of the assignment.</summary>
internal sealed class SyncGroupResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SyncGroup;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public string? ProtocolType { get; set; }

    public string? ProtocolName { get; set; }

    public byte[] Assignment { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        if (w.Version >= 5)
        {
            ProtocolType = w.NullableString(ProtocolType);
            ProtocolName = w.NullableString(ProtocolName);
        }

        Assignment = w.Bytes(Assignment);
        w.End();
    }
}
