using System.Text.Json;
using MedStreams.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedStreams.Monitoring;

/// <summary>
/// The queries of an instance over HTTP. <c>GET /queries</c> lists stores and hosts; <c>POST /queries/STORE</c> asks, with a <see cref="JsonQuery"/> as
/// body: keys may name patients, so they are in no address, which ends up in logs.
/// </summary>
/// <remarks>
/// 200 an answer; 400 no query; 401 no token, or a wrong one; 404 no such store or partition, or the key has no value; 409 the store has not reached the
/// offsets that were asked for; 413 more than 64 KiB; 421 the partition is elsewhere and the request is not to be passed on; 500 the store
/// could not be read; 503 moving, restoring, stopped, or too many at once: ask again after a second; 504 the owner did not
/// answer in time. Errors are <c>{"error":..,"message":..}</c>, and never say what a store holds.
/// </remarks>
internal sealed class QueryEndpoints : IDisposable
{
    private const int LargestBody = 64 << 10;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly KafkaStreams _streams;
    private readonly JsonQueries _queries;
    private readonly QueryForwarder _forwarder;
    private readonly QueryRouter _router;
    private readonly BearerToken _token;
    private readonly int _maxConcurrent;
    private int _current;

    public QueryEndpoints(KafkaStreams streams, InstanceServerOptions options, BearerToken token, string self)
    {
        (_streams, _queries, _forwarder) = (streams, new JsonQueries(streams), new QueryForwarder(options));
        _router = new QueryRouter(_queries, _forwarder, self);
        _token = token;
        _maxConcurrent = options.MaxConcurrent;
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/queries", ListAsync);
        routes.MapPost("/queries/{store}", context => AskAsync(context, (string)context.Request.RouteValues["store"]!));
    }

    public void Dispose() => _forwarder.Dispose();

    private async Task ListAsync(HttpContext context)
    {
        if (!await IsAllowedAsync(context))
            return;
        try
        {
            var hosts = _streams.MetadataForAllStreamsClients().Select(m => new
            {
                Host = m.HostInfo.ToString(),
                Stores = m.StateStoreNames,
                Partitions = m.TopicPartitions.Select(p => p.ToString()),
                StandbyStores = m.StandbyStateStoreNames,
            });
            await context.Response.WriteAsJsonAsync(new { Stores = _queries.Stores(), Hosts = hosts }, Json, context.RequestAborted);
        }
        catch (InvalidStateStoreException e)
        {
            await WriteAsync(context, QueryReply.NotAvailable(e.Message));
        }
    }

    private async Task AskAsync(HttpContext context, string store)
    {
        if (!await IsAllowedAsync(context))
            return;
        try
        {
            var reply = Interlocked.Increment(ref _current) > _maxConcurrent
                ? QueryReply.NotAvailable("Too many queries at once: ask again.")
                : await AnswerAsync(context, store);
            await WriteAsync(context, reply);
        }
        finally
        {
            Interlocked.Decrement(ref _current);
        }
    }

    private async Task<QueryReply> AnswerAsync(HttpContext context, string store)
    {
        if (context.Request.ContentLength > LargestBody)
            return QueryReply.Error(StatusCodes.Status413PayloadTooLarge, "too-large", $"A query has at most {LargestBody} bytes.");
        try
        {
            using var query = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return await _router.AnswerAsync(
                store, query.RootElement, context.Request.Query["forward"] != "false", context.RequestAborted);
        }
        catch (JsonException)
        {
            return QueryReply.BadQuery("The body is no JSON.");
        }
        catch (BadHttpRequestException e)
        {
            return QueryReply.Error(e.StatusCode, "bad-request", "The request could not be read.");
        }
    }

    private async Task<bool> IsAllowedAsync(HttpContext context)
    {
        if (_token.IsIn(context.Request))
            return true;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await WriteAsync(context, QueryReply.Error(StatusCodes.Status401Unauthorized, "unauthorized", "A query needs the token."));
        return false;
    }

    private static async Task WriteAsync(HttpContext context, QueryReply reply)
    {
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (reply.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }
}
