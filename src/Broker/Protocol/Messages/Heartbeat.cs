namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class HeartbeatRequest : IRequest<HeartbeatResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Heartbeat;

    public string GroupId { get; set; } = "";

    public int GenerationId { get; set; }

    public string MemberId { get; set; } = "";

    public string? GroupInstanceId { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        GenerationId = w.Int32(GenerationId);
        MemberId = w.String(MemberId);
        if (w.Version >= 3)
            GroupInstanceId = w.NullableString(GroupInstanceId);
        w.End();
    }
}

/// <summary>Response.</summary>
internal sealed class HeartbeatResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Heartbeat;

    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        w.End();
    }
}
