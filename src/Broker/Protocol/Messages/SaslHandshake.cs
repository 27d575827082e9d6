namespace MedStreams.Broker.Protocol;

/// <summary>Chooses the SASL mechanism.</summary>
/// <remarks>
/// By version. 0: raw SASL tokens follow without headers. 1: SaslAuthenticate requests follow. Never flexible.
/// </remarks>
internal sealed class SaslHandshakeRequest : IRequest<SaslHandshakeResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SaslHandshake;

    public string Mechanism { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Mechanism = w.String(Mechanism);
        w.End();
    }
}

/// <summary>The mechanisms that are enabled.</summary>
internal sealed class SaslHandshakeResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.SaslHandshake;

    public ErrorCode ErrorCode { get; set; }

    public List<string> Mechanisms { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ErrorCode = w.Error(ErrorCode);
        Mechanisms = w.Strings(Mechanisms);
        w.End();
    }
}
