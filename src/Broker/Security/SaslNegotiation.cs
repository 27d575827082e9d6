using System.Buffers.Binary;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Security;

/// <summary>
/// How a client of a SASL listener becomes known: it may ask for versions, chooses a mechanism (SaslHandshake), and then
/// exchanges the mechanism's messages, in SaslAuthenticate requests, or bare after SaslHandshake 0. The same happens again when
/// a client renews its session (KIP-368); it must then be the same client by the same mechanism. Not for use by several
/// threads.
/// </summary>
/// <remarks>
/// Deviations from Apache Kafka: ApiVersions may be asked more than once, and a SaslAuthenticate before the handshake is told
/// ILLEGAL_SASL_STATE where Kafka closes without a word.
/// </remarks>
internal sealed class SaslNegotiation(BrokerSecurity security, SaslSession? renewed = null)
{
    private ISaslExchange? _exchange;
    private SaslMechanism _mechanism;
    private bool _bare;

    /// <summary>The mechanism that the client chose, for the log.</summary>
    public string Mechanism => _exchange is null ? "SASL" : _mechanism.RegisteredName();

    private SaslOptions Options => security.Options.Sasl;

    /// <summary>Takes what the client sent.</summary>
    /// <param name="frame">A frame without its length: a request, or a bare message of the mechanism.</param>
    public SaslStep Take(ReadOnlyMemory<byte> frame)
    {
        try
        {
            return _exchange is not null && _bare ? TakeBare(_exchange, frame) : TakeRequest(frame);
        }
        catch (SaslRefusedException refused)
        {
            return SaslStep.Refuse(null, refused.Message);
        }
    }

    private SaslStep TakeRequest(ReadOnlyMemory<byte> frame)
    {
        if (!RequestFrame.TryRead(frame, out var request))
            return SaslStep.Refuse(null, "A request without a proper header came before authentication.");
        var key = request.Header.RequestApiKey;
        if (key == ApiKey.ApiVersions && _exchange is null && renewed is null)
            return SaslStep.Forward(request);
        if (key is not (ApiKey.SaslHandshake or ApiKey.SaslAuthenticate) || !request.IsServed)
            return SaslStep.Refuse(null, $"A request of type {key} came before authentication.");
        return key == ApiKey.SaslHandshake ? TakeHandshake(request) : TakeAuthenticate(request);
    }

    private SaslStep TakeHandshake(RequestFrame request)
    {
        if (!request.TryReadBody<SaslHandshakeRequest>(out var handshake))
            return SaslStep.Refuse(null, "A SaslHandshake request does not follow the protocol.");
        if (_exchange is not null)
            return SaslStep.Refuse(Answer(request, new SaslHandshakeResponse { ErrorCode = ErrorCode.IllegalSaslState }), "A second handshake came.");
        var enabled = Options.Mechanisms.Select(m => m.RegisteredName()).ToList();
        if (!enabled.Contains(handshake.Mechanism) || !SaslMechanisms.TryParse(handshake.Mechanism, out _mechanism))
        {
            return SaslStep.Refuse(
                Answer(request, new SaslHandshakeResponse { ErrorCode = ErrorCode.UnsupportedSaslMechanism, Mechanisms = enabled }),
                "The client asked for a mechanism that is not enabled.");
        }

        _bare = request.Header.RequestApiVersion == 0;
        _exchange = _mechanism == SaslMechanism.Plain ? new PlainExchange(security.Users) : new ScramExchange(_mechanism, security.Users);
        return SaslStep.Continue(Answer(request, new SaslHandshakeResponse { Mechanisms = enabled }));
    }

    private SaslStep TakeAuthenticate(RequestFrame request)
    {
        if (!request.TryReadBody<SaslAuthenticateRequest>(out var authenticate))
            return SaslStep.Refuse(null, "A SaslAuthenticate request does not follow the protocol.");
        if (_exchange is null)
        {
            return SaslStep.Refuse(
                Refusal(request, ErrorCode.IllegalSaslState, "SaslHandshake comes first."), "SaslAuthenticate came before SaslHandshake.");
        }

        try
        {
            var message = _exchange.Take(authenticate.AuthBytes);
            var session = SessionOf(_exchange);
            var answer = Answer(request, new SaslAuthenticateResponse
            {
                ErrorMessage = null,
                AuthBytes = message,
                SessionLifetimeMs = session is null ? 0 : (long)Options.MaxReauthentication.TotalMilliseconds,
            });
            return session is null ? SaslStep.Continue(answer) : SaslStep.Accept(answer, session);
        }
        catch (SaslRefusedException refused)
        {
            // What the client is told does not say whether there is a user of that name.
            var told = $"Authentication by {_mechanism.RegisteredName()} failed.";
            return SaslStep.Refuse(Refusal(request, ErrorCode.SaslAuthenticationFailed, told), refused.Message);
        }
    }

    private SaslStep TakeBare(ISaslExchange exchange, ReadOnlyMemory<byte> message)
    {
        var answer = new FrameWriter();
        try
        {
            var bytes = exchange.Take(message.Span);
            BinaryPrimitives.WriteInt32BigEndian(answer.Reserve(sizeof(int)), bytes.Length);
            answer.Write(bytes);
            return SessionOf(exchange) is { } session ? SaslStep.Accept(answer, session) : SaslStep.Continue(answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private SaslSession? SessionOf(ISaslExchange exchange)
    {
        if (exchange.User is not { } user)
            return null;
        var session = new SaslSession(Principal.User(user), _mechanism);
        return renewed is null || renewed == session
            ? session
            : throw new SaslRefusedException($"A session of {renewed.Principal} was to be renewed as another one.");
    }

    private static FrameWriter Refusal(RequestFrame request, ErrorCode error, string message) =>
        Answer(request, new SaslAuthenticateResponse { ErrorCode = error, ErrorMessage = message });

    private static FrameWriter Answer<T>(RequestFrame request, T response)
        where T : class, IResponse =>
        MessageCodec.WriteResponse(request.Header.CorrelationId, request.Header.RequestApiVersion, response);
}

/// <summary>Who a client is and how it proved it.</summary>
internal sealed record SaslSession(Principal Principal, SaslMechanism Mechanism);

/// <summary>What is to be done after a client's message.</summary>
/// <param name="Outcome">What follows.</param>
/// <param name="Answer">What is sent to the client, if anything.</param>
/// <param name="Session">Who the client is, when it is accepted.</param>
/// <param name="Reason">For the log, when it is refused.</param>
/// <param name="Request">What is to be answered like any request, when it is forwarded.</param>
internal readonly record struct SaslStep(
    SaslOutcome Outcome, FrameWriter? Answer = null, SaslSession? Session = null, string? Reason = null, RequestFrame? Request = null)
{
    public static SaslStep Continue(FrameWriter answer) => new(SaslOutcome.Continue, answer);

    public static SaslStep Accept(FrameWriter answer, SaslSession session) => new(SaslOutcome.Accepted, answer, session);

    public static SaslStep Refuse(FrameWriter? answer, string reason) => new(SaslOutcome.Refused, answer, Reason: reason);

    public static SaslStep Forward(RequestFrame request) => new(SaslOutcome.Forwarded, Request: request);
}

/// <summary>Where an authentication stands.</summary>
internal enum SaslOutcome
{
    /// <summary>The client goes on.</summary>
    Continue,

    /// <summary>The client is known.</summary>
    Accepted,

    /// <summary>The connection is closed after the answer.</summary>
    Refused,

    /// <summary>The request is an ordinary one that needs no authentication.</summary>
    Forwarded,
}
