using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MedStreams.Sinks.Operators;

/// <summary>Makes single requests of an operator over connections of its own, and reads answers by the declared rules. Safe for use by several threads.</summary>
internal sealed class OperatorHttp : IDisposable
{
    private const int LongestBody = 64 * 1024;
    private readonly OperatorShape _shape;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    public OperatorHttp(OperatorShape shape, TimeProvider clock)
    {
        (_shape, _clock) = (shape, clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // the login would go along
            UseCookies = false,
            ConnectTimeout = shape.Declared.Limits.Timeout,
            MaxConnectionsPerServer = shape.Declared.Limits.Concurrency,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a name may move to another address
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each request has its own
            MaxResponseContentBufferSize = LongestBody,
        };
    }

    /// <summary>Makes the call.</summary>
    /// <exception cref="UnfitCardException">No request can be made of the card.</exception>
    public async ValueTask<Exchange> CallAsync(OperatorCall call, CancellationToken cancellationToken)
    {
        using var request = _shape.Call.Make(call.Fields);
        if (_shape.Declared.IdempotencyHeader is { } header)
            request.Headers.TryAddWithoutValidation(header, call.Key);
        return await SendAsync(request, isLookUp: false, cancellationToken);
    }

    /// <summary>Asks whether the call was made.</summary>
    /// <exception cref="UnfitCardException">No request can be made of the card.</exception>
    public async ValueTask<Exchange> LookUpAsync(OperatorCall call, CancellationToken cancellationToken)
    {
        using var request = _shape.LookUp!.Make(call.Fields);
        return await SendAsync(request, isLookUp: true, cancellationToken);
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<Exchange> SendAsync(HttpRequestMessage request, bool isLookUp, CancellationToken cancellationToken)
    {
        if (_shape.Declared.Login is { } login && !TrySign(request, login))
            return new(ExchangeKind.Failed, $"{login.Secret} holds no secret");
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            var body = LooksInto(status, isLookUp) ? await ReadAsync(response.Content, cancellationToken) : null;
            return (isLookUp ? Answer(status, body) : Outcome(status, body)) with { RetryAfter = RetryAfter.Of(response.Headers, _clock) };
        }
        catch (HttpRequestException e)
        {
            var neverSent = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;
            return new(ExchangeKind.Failed, $"it cannot be reached ({e.HttpRequestError})") { MayBeDone = !neverSent && !isLookUp };
        }
        catch (IOException)
        {
            return new(ExchangeKind.Failed, "its answer breaks off") { MayBeDone = !isLookUp };
        }
    }

    private bool LooksInto(int status, bool isLookUp) => isLookUp
        ? _shape.Declared.LookUp!.Done.LooksInto(status) || _shape.Declared.LookUp.Missing.LooksInto(status)
        : _shape.Declared.AlreadyDone.LooksInto(status) || _shape.Declared.Success.LooksInto(status) || _shape.Declared.Retry.LooksInto(status)
            || _shape.Declared.Refused.LooksInto(status);

    private Exchange Outcome(int status, JsonElement? body)
    {
        var declared = _shape.Declared;
        var reason = $"it answers {status}";
        return declared.AlreadyDone.Holds(status, body) ? new(ExchangeKind.AlreadyDone)
            : declared.Success.Holds(status, body) ? new(ExchangeKind.Done)
            : status == (int)HttpStatusCode.TooManyRequests ? new(ExchangeKind.Throttled, reason)
            : declared.Retry.Holds(status, body) ? new(ExchangeKind.Failed, reason) { MayBeDone = true }
            : declared.Refused.Holds(status, body) ? new(ExchangeKind.Refused, reason)
            : status is 401 or 403 or 407 ? new(ExchangeKind.Failed, $"{reason}: it does not accept the login")
            : new(ExchangeKind.Failed, $"{reason}, which no rule knows") { MayBeDone = true };
    }

    private Exchange Answer(int status, JsonElement? body)
    {
        var asked = _shape.Declared.LookUp!;
        return asked.Done.Holds(status, body) ? new(ExchangeKind.AlreadyDone)
            : asked.Missing.Holds(status, body) ? new(ExchangeKind.Missing)
            : status == (int)HttpStatusCode.TooManyRequests ? new(ExchangeKind.Throttled, $"it answers {status} when asked")
            : new(ExchangeKind.Failed, $"it answers {status} when asked");
    }

    private static bool TrySign(HttpRequestMessage request, OperatorLogin login)
    {
        if (login.Secret.Read() is not { } secret)
            return false;
        switch (login.Kind)
        {
            case OperatorLoginKind.Bearer:
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {secret}");
                return true;
            case OperatorLoginKind.Basic:
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{secret}")));
                return true;
            default:
                return request.Headers.TryAddWithoutValidation(login.Header, secret);
        }
    }

    /// <summary>A body as JSON; null where it is none, or too long.</summary>
    private static async ValueTask<JsonElement?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LongestBody + 1];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > LongestBody)
            return null;
        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null; // no condition on it holds then
        }
    }
}
