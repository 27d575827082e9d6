using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedStreams.Monitoring;

/// <summary>
/// Whether an instance does its work, for orchestrators and load balancers: <c>GET /health/live</c> and <c>GET /health/ready</c>, 200 or 503. Anyone may
/// ask; why it does not is told to those who have the token.
/// </summary>
internal sealed class HealthEndpoints(KafkaStreams streams, BearerToken token)
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", LiveAsync);
        routes.MapGet("/health/ready", ReadyAsync);
    }

    private async Task LiveAsync(HttpContext context)
    {
        var isLive = streams.Health().IsLive;
        await WriteAsync(context, isLive, new { Status = isLive ? "live" : "dead" });
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var health = await streams.HealthAsync(BrokerTimeout, context.RequestAborted);
        var status = health.IsReady ? "ready" : "not-ready";
        if (!token.IsIn(context.Request))
        {
            await WriteAsync(context, health.IsReady, new { Status = status });
            return;
        }

        await WriteAsync(context, health.IsReady, new
        {
            Status = status,
            health.State,
            health.ActiveTasks,
            health.StandbyTasks,
            Standstills = health.Standstills.Select(s => new
            {
                s.Reason,
                s.Text,
                Thread = s.ThreadName,
                Task = s.TaskId?.ToString(),
                s.RecordsLeft,
                SecondsLeft = s.TimeLeft?.TotalSeconds is { } seconds ? Math.Ceiling(seconds) : default(double?),
            }),
        });
    }

    private static async Task WriteAsync<T>(HttpContext context, bool isGood, T body)
    {
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }
}
