namespace MedStreams.Broker.Protocol;

/// <summary>Keeps a member in its group.</summary>
/// <remarks>
/// By version. 3: static members. 4: flexible.
/// </remarks>
internal sealed class HeartbeatRequest : IRequest<HeartbeatResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Heartbeat;

    public string GroupId { get; set; } = "";

    public int GenerationId { get; set; }

    public string MemberId { get; set; } = "";

    /// <summary>The name of a static member, or null.</summary>
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

/// <summary>Whether the member is still in the generation; REBALANCE_IN_PROGRESS asks it to join again.</summary>
internal sealed class HeartbeatResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Heartbeat;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
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
