using System.Net.Sockets;
using MedStreams.Broker.Api;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Server;

/// <content>Who the client is, and why a connection was closed.</content>
internal sealed partial class ClientConnection
{
    private static readonly TimeSpan LeastSession = TimeSpan.FromSeconds(1);

    private SaslSession? _session;
    private long _sessionBegan;

    private bool CanExpire => _session is not null && _options.Sasl.MaxReauthentication > TimeSpan.Zero;

    /// <summary>Shakes hands and authenticates, as the listener demands.</summary>
    /// <returns>Whether the client is still there.</returns>
    private async ValueTask<bool> EstablishAsync(CancellationToken ending)
    {
        var protocol = _context.Listener.Protocol;
        if (protocol == ListenerProtocol.Plaintext)
            return true;
        using var limit = new CancellationTokenSource(_options.AuthenticationTimeout, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ending, limit.Token);
        try
        {
            var principal = await _stream.OpenAsync(both.Token);
            if (protocol.UsesSasl())
                return await AuthenticateAsync(both.Token);
            Become(principal);
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new OverdueException("The client did not authenticate in time.");
        }
    }

    private async ValueTask<bool> AuthenticateAsync(CancellationToken cancellationToken)
    {
        _reader.MaxLength = Math.Min(_options.Sasl.MaxReceiveBytes, _options.MaxRequestBytes);
        if (await NegotiateAsync(new SaslNegotiation(_security), first: null, cancellationToken) is not { } session)
            return false;
        _reader.MaxLength = _options.MaxRequestBytes;
        Become(session.Principal);
        return true;
    }

    private void Become(Principal principal)
    {
        _context = _context with { Access = _security.AccessOf(principal, _context.Remote.Address.ToString()) };
        SecurityLogs.Authenticated(_logger, _context.Id, _context.Remote, principal);
    }

    /// <summary>Renews the session when the request begins that; refuses requests of a session that is over (KIP-368).</summary>
    /// <returns>Whether the request was one that renewed the session.</returns>
    private async ValueTask<bool> RenewAsync(RequestFrame request, Frame frame, CancellationToken ending)
    {
        if (!CanExpire)
            return false;
        var age = _clock.GetElapsedTime(_sessionBegan);
        if (request.Header.RequestApiKey == ApiKey.SaslHandshake && age >= LeastSession)
        {
            await _answers;
            using var limit = new CancellationTokenSource(_options.AuthenticationTimeout, _clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(ending, limit.Token);
            if (await NegotiateAsync(new SaslNegotiation(_security, _session), frame, both.Token) is null)
                throw new IOException("The client left while it renewed its session.");
            return true;
        }

        return age < _options.Sasl.MaxReauthentication ? false : throw new SessionOverException();
    }

    /// <summary>Exchanges messages until the client is known.</summary>
    /// <returns>Null when the client left before.</returns>
    private async ValueTask<SaslSession?> NegotiateAsync(SaslNegotiation negotiation, Frame? first, CancellationToken cancellationToken)
    {
        while ((first ?? await _reader.ReadAsync(cancellationToken)) is { } frame)
        {
            first = null;
            SaslStep step;
            using (frame)
            {
                step = negotiation.Take(frame.Bytes);
                if (step is { Outcome: SaslOutcome.Forwarded, Request: { } request })
                    step = step with { Answer = await _dispatcher.HandleAsync(new RequestContext(request, _context), cancellationToken) };
            }

            using var answer = step.Answer;
            if (step.Outcome == SaslOutcome.Refused)
                await Task.Delay(_options.Sasl.FailedAuthenticationDelay, _clock, cancellationToken);
            if (step.Session is not null)
                (_session, _sessionBegan) = (step.Session, _clock.GetTimestamp());
            if (answer is not null)
                await SendAsync(answer, cancellationToken);
            if (step.Outcome is SaslOutcome.Refused or SaslOutcome.Accepted)
                _metrics.Authenticated(_context.Listener.Name, negotiation.Mechanism, step.Outcome == SaslOutcome.Accepted);
            if (step.Outcome == SaslOutcome.Refused)
                throw new AuthenticationFailedException(negotiation.Mechanism, step.Reason ?? "");
            if (step.Session is not null)
                return step.Session;
        }

        return null;
    }

    private void Report()
    {
        var (id, remote, listener) = (_context.Id, _context.Remote, _context.Listener.Name);
        switch (_reason)
        {
            case null:
                break;
            case HandshakeFailedException:
                _metrics.Refused(listener, "handshake");
                SecurityLogs.HandshakeFailed(_logger, id, remote, listener, _reason.Message);
                break;
            case AuthenticationFailedException failed:
                _metrics.Refused(listener, "authentication");
                SecurityLogs.AuthenticationFailed(_logger, id, remote, listener, failed.Mechanism, failed.Message);
                break;
            case SessionOverException:
                _metrics.Refused(listener, "session");
                ServerLogs.ConnectionLost(_logger, _reason, id, remote);
                break;
            case SocketException or IOException or OperationCanceledException or ObjectDisposedException:
                ServerLogs.ConnectionLost(_logger, _reason, id, remote);
                break;
            case OverdueException:
                _metrics.Refused(listener, "overdue");
                ServerLogs.ConnectionRefused(_logger, _reason.Message, id, remote);
                break;
            case MalformedFrameException or MalformedRequestException:
                _metrics.Refused(listener, "malformed");
                ServerLogs.ConnectionRefused(_logger, _reason.Message, id, remote);
                break;
            default:
                _metrics.Refused(listener, "failure");
                ServerLogs.RequestFailed(_logger, _reason, id, remote);
                break;
        }
    }
}

/// <summary>A client could not prove who it is.</summary>
internal sealed class AuthenticationFailedException(string mechanism, string reason) : Exception(reason)
{
    /// <summary>The mechanism that it tried.</summary>
    public string Mechanism => mechanism;
}

/// <summary>A client asked for something after its session had ended.</summary>
internal sealed class SessionOverException() : Exception("The session is over and was not renewed.");
