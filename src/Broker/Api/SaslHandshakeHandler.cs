using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// SaslHandshake (key 17), versions 0 and 1, where no authentication is under way: on a listener without SASL, or once the
/// client is known and has no session to renew. The connection itself takes those that authenticate.
/// </summary>
internal sealed class SaslHandshakeHandler : ApiHandler<SaslHandshakeRequest, SaslHandshakeResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<SaslHandshakeResponse?> HandleAsync(
        SaslHandshakeRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState });
}

/// <summary>SaslAuthenticate (key 36), versions 0 to 2, where no authentication is under way.</summary>
internal sealed class SaslAuthenticateHandler : ApiHandler<SaslAuthenticateRequest, SaslAuthenticateResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<SaslAuthenticateResponse?> HandleAsync(
        SaslAuthenticateRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new SaslAuthenticateResponse
        {
            ErrorCode = ErrorCode.IllegalSaslState,
            ErrorMessage = "No authentication is under way.",
        });
}
