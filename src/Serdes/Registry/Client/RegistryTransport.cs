using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// Sends requests to the first address that answers, beginning with the one that answered last. All requests may be repeated
/// without harm: registering twice is registering once.
/// </summary>
internal sealed class RegistryTransport : IDisposable
{
    private const string MediaType = "application/vnd.schemaregistry.v1+json";
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);

    private readonly SchemaRegistryOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private readonly AuthenticationHeaderValue?[] _basic;
    private readonly Uri[] _urls;
    private int _current;

    public RegistryTransport(SchemaRegistryOptions options, TimeProvider clock, HttpMessageHandler? handler)
    {
        options.Validate();
        _options = options;
        _clock = clock;
        _http = new HttpMessageInvoker(handler ?? MakeHandler(options));
        _urls = [.. options.Urls.Select(url => new UriBuilder(url) { UserName = "", Password = "", Path = url.AbsolutePath.TrimEnd('/') + "/" }.Uri)];
        _basic = [.. options.Urls.Select(url => Basic(options, url))];
    }

    /// <summary>Sends a request and answers the body of a success.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path behind the address, without a slash in front.</param>
    /// <param name="body">What goes along, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SchemaRegistryException">The registry refused, or none answered in any round.</exception>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        var text = body?.ToJsonString();
        var backoff = _options.RetryBackoff;
        for (var round = 0; ; round++)
        {
            SchemaRegistryException? failure = null;
            for (var i = 0; i < _urls.Length; i++)
            {
                var at = (_current + i) % _urls.Length;
                try
                {
                    var answer = await SendToAsync(at, method, path, text, cancellationToken);
                    _current = at;
                    return answer;
                }
                catch (SchemaRegistryException e) when (e.IsTransient)
                {
                    failure = e;
                }
            }

            if (round >= _options.Retries)
                throw failure!;
            await Task.Delay(Jitter(backoff), _clock, cancellationToken);
            backoff = backoff * 2 < MaxBackoff ? backoff * 2 : MaxBackoff;
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler MakeHandler(SchemaRegistryOptions options)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        if (options.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificates = [certificate];
        if (options.Authorities.Count > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(options.Authorities.ToArray());
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return handler;
    }

    private static AuthenticationHeaderValue? Basic(SchemaRegistryOptions options, Uri url)
    {
        var pair = options.UserName is { } name ? $"{name}:{options.Password}" : Uri.UnescapeDataString(url.UserInfo);
        return pair.Length > 0 && options.BearerToken is null ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))) : null;
    }

    private static SchemaRegistryException Refused(HttpStatusCode status, Uri url, string body)
    {
        var answer = Parse(body);
        var code = RegistryJson.Optional<int?>(answer, "error_code") ?? (int)status;
        var message = RegistryJson.Optional<string>(answer, "message") ?? "no word of the registry came along";
        return new SchemaRegistryException($"The schema registry {url.Authority} answers {code}: {message}") { Status = status, ErrorCode = code };
    }

    /// <summary>The JSON of an answer; null where something else answered, such as a proxy with a page.</summary>
    private static JsonNode? Parse(string body)
    {
        try
        {
            return body.Length == 0 ? null : RegistryJson.Parse(Encoding.UTF8.GetBytes(body));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Half to one and a half times a wait, so that many clients do not come back at once.</summary>
    private static TimeSpan Jitter(TimeSpan wait) => wait * (0.5 + Random.Shared.NextDouble());

    private async Task<JsonNode> SendToAsync(int at, HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        var url = _urls[at];
        using var request = new HttpRequestMessage(method, new Uri(url, path));
        request.Headers.Accept.ParseAdd($"{MediaType}, application/json; q=0.9");
        foreach (var (name, value) in _options.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.Authorization = _options.BearerToken is { } token
            ? new AuthenticationHeaderValue("Bearer", await token(cancellationToken))
            : _basic[at];
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, MediaType);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, _options.RequestTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            if (!response.IsSuccessStatusCode)
                throw Refused(response.StatusCode, url, text);
            return Parse(text) ?? throw new SchemaRegistryException($"The schema registry {url.Authority} answers what is no JSON.") { Status = HttpStatusCode.BadGateway };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new SchemaRegistryException($"The schema registry {url.Authority} does not answer: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SchemaRegistryException($"The schema registry {url.Authority} does not answer within {_options.RequestTimeout}.", e);
        }
    }
}
