using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace MedStreams.Serialization.Tests.Registry;

/// <summary>Answers requests as told, one after the other, and notes them; none left is a refused connection.</summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<(string Url, string? Authorization)> _requests = [];

    public ConcurrentQueue<Func<CancellationToken, Task<HttpResponseMessage>>> Answers { get; } = new();

    public IReadOnlyList<(string Url, string? Authorization)> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public static HttpResponseMessage Json(string body, int status = 200) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/vnd.schemaregistry.v1+json") };

    public void Answer(int status, string body) => Answers.Enqueue(_ => Task.FromResult(Json(body, status)));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _requests.Add((request.RequestUri!.ToString(), request.Headers.Authorization?.ToString()));
        }

        return Answers.TryDequeue(out var answer) ? answer(cancellationToken) : throw new HttpRequestException("connection refused");
    }
}
