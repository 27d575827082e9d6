using System.Net.Http.Headers;
using MedStreams.Streams;

namespace MedStreams.Monitoring;

/// <summary>Asks other instances. Safe for use by several threads.</summary>
internal sealed class QueryForwarder : IDisposable
{
    private readonly HttpClient _client;
    private readonly InstanceServerOptions _options;

    public QueryForwarder(InstanceServerOptions options)
    {
        _options = options;
        _client = new HttpClient(new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = options.ForwardTimeout,
            UseProxy = false,
            AllowAutoRedirect = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each request has its own
        };
    }

    /// <summary>Asks a host for what is there, not to be passed on again.</summary>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">It did not answer in time.</exception>
    public async Task<QueryReply> AskAsync(HostInfo host, string store, ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.ForwardTimeout);
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri($"http://{host}/queries/{Uri.EscapeDataString(store)}?forward=false"));
        request.Content = new ReadOnlyMemoryContent(query) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (_options.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await _client.SendAsync(request, limit.Token);
            return new QueryReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(limit.Token));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{host} did not answer within {_options.ForwardTimeout}.", e);
        }
    }

    public void Dispose() => _client.Dispose();
}
