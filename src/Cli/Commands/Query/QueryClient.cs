using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Commands.Query;

/// <summary>Asks an instance over HTTP.</summary>
internal sealed class QueryClient : IDisposable
{
    private readonly HttpClient _client;
    private readonly Endpoint _server;

    public QueryClient(Endpoint server, string? token, TimeSpan timeout)
    {
        _server = server;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{server}"), Timeout = timeout };
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Stores and hosts.</summary>
    public async Task<JsonElement> ListAsync(CancellationToken stop) =>
        await SendAsync(() => _client.GetAsync(new Uri("/queries", UriKind.Relative), stop), stop)
        ?? throw CliException.Failed($"{_server} answers no queries");

    /// <summary>An answer; null where the key has no value.</summary>
    public async Task<JsonElement?> AskAsync(string store, byte[] query, CancellationToken stop)
    {
        using var content = new ByteArrayContent(query) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        return await SendAsync(
            () => _client.PostAsync(new Uri($"/queries/{Uri.EscapeDataString(store)}", UriKind.Relative), content, stop), stop);
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonElement?> SendAsync(Func<Task<HttpResponseMessage>> send, CancellationToken stop)
    {
        try
        {
            using var response = await send();
            var body = await ReadAsync(response, stop);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => body,
                HttpStatusCode.NotFound when ErrorOf(body) == "no-value" => null,
                HttpStatusCode.Unauthorized => throw CliException.Usage(
                    $"{_server} wants a token: set {SettingsCatalog.Section}:{StreamsSettings.HttpToken.Key}"),
                HttpStatusCode.BadRequest or HttpStatusCode.NotFound => throw CliException.Usage(MessageOf(body, response)),
                _ => throw CliException.Failed(MessageOf(body, response)),
            };
        }
        catch (HttpRequestException e)
        {
            throw CliException.Failed($"{_server} does not answer ({e.HttpRequestError})", e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw CliException.Failed($"{_server} did not answer within {_client.Timeout}", e);
        }
    }

    private static async Task<JsonElement?> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsByteArrayAsync(stop));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ErrorOf(JsonElement? body) => TextOf(body, "error");

    private static string MessageOf(JsonElement? body, HttpResponseMessage response) =>
        TextOf(body, "message") ?? $"the server answered {(int)response.StatusCode}";

    private static string? TextOf(JsonElement? body, string name) =>
        body is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var text) ? text.GetString() : null;
}
