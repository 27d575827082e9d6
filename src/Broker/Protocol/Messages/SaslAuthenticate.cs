namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class SaslAuthenticateRequest : IRequest<SaslAuthenticateResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SaslAuthenticate;

    public byte[] AuthBytes { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        AuthBytes = w.Bytes(AuthBytes);
        w.End();
    }
}

/// <summary>Response.</summary>
internal sealed class SaslAuthenticateResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SaslAuthenticate;

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; } = "";

    public byte[] AuthBytes { get; set; } = [];

    public long SessionLifetimeMs { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ErrorCode = w.Error(ErrorCode);
        ErrorMessage = w.NullableString(ErrorMessage);
        AuthBytes = w.Bytes(AuthBytes);
        if (w.Version >= 1)
            SessionLifetimeMs = w.Int64(SessionLifetimeMs);
        w.End();
    }
}
