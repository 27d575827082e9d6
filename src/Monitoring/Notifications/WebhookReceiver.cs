using System.Net.Http.Headers;
using System.Text;

namespace MedStreams.Monitoring.Notifications;

/// <summary>Tells changes to an address over HTTP. A message that is repeated has the same <c>X-Notification-Id</c>.</summary>
public sealed class WebhookReceiver : INotificationReceiver, IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
    };

    private readonly Uri _address;
    private readonly HttpMethod _method;
    private readonly NotificationTemplate _template;
    private readonly MediaTypeHeaderValue _type;
    private readonly IReadOnlyDictionary<string, string> _headers;

    /// <summary>A receiver at an address.</summary>
    /// <param name="address">Where; http or https. It may hold a secret, so it is never told.</param>
    /// <param name="method">POST, PUT, ..</param>
    /// <param name="template">The body.</param>
    /// <param name="contentType">The body's type, such as <c>application/json</c>.</param>
    /// <param name="headers">Further headers, such as Authorization.</param>
    /// <exception cref="FormatException">The type is none.</exception>
    public WebhookReceiver(Uri address, HttpMethod method, NotificationTemplate template, string contentType, IReadOnlyDictionary<string, string> headers)
    {
        (_address, _method, _template, _headers) = (address, method, template, headers);
        _type = MediaTypeHeaderValue.Parse(contentType);
        _type.CharSet ??= "utf-8";
    }

    /// <inheritdoc/>
    public string Name => $"webhook {_address.Host}";

    /// <inheritdoc/>
    public async Task SendAsync(string id, IReadOnlyList<StatusEvent> events, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(_method, _address);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_template.Fill(events))) { Headers = { ContentType = _type } };
        request.Headers.Add("X-Notification-Id", id);
        foreach (var (name, value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new NotificationException($"it answers {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            throw new NotificationException($"it cannot be reached ({e.HttpRequestError})", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
