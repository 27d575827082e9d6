namespace MedStreams.Broker.Protocol;

/// <summary>Carries one message of the SASL exchange from the client.</summary>
/// <remarks>
/// By version. 1: the response names how long the session lasts. 2: flexible.
/// </remarks>
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

/// <summary>The broker's message of the SASL exchange.</summary>
internal sealed class SaslAuthenticateResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SaslAuthenticate;

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; } = "";

    public byte[] AuthBytes { get; set; } = [];

    /// <summary>After so many milliseconds the client has to authenticate again; 0: never.</summary>
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
