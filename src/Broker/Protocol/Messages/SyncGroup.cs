namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class SyncGroupRequest : IRequest<SyncGroupResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SyncGroup;

    public string GroupId { get; set; } = "";

    public int GenerationId { get; set; }

    public string MemberId { get; set; } = "";

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

/// <summary>Response.</summary>
internal sealed class SyncGroupResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SyncGroup;

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
