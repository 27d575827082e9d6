using MedStreams.Monitoring.Lag;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedStreams.Monitoring.Metrics;

/// <summary><c>GET /metrics</c>: what the process measures, and how the groups that it watches do.</summary>
internal sealed class MetricsEndpoint(MetricsCollector collector, BearerToken token, IReadOnlyList<ClusterWatch> watches)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", AnswerAsync);

    private Task AnswerAsync(HttpContext context)
    {
        if (!token.IsIn(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        }

        var text = new Exposition();
        collector.Write(text);
        LagMetrics.Write(text, watches);
        var body = text.ToBytes();
        context.Response.ContentType = Exposition.ContentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
