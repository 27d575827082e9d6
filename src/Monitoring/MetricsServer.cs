using System.Net;
using MedStreams.Monitoring.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring;

/// <summary>Tells what a process measures under <c>GET /metrics</c>, for processes that have nothing else to say over HTTP.</summary>
public sealed class MetricsServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly MetricsCollector _collector;

    private MetricsServer(WebApplication application, MetricsCollector collector) => (_application, _collector) = (application, collector);

    /// <summary>Where it listens: <c>http://host:port</c>.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Begins to count and to answer.</summary>
    /// <param name="listen">Where to listen; port 0 takes a free one.</param>
    /// <param name="token">The secret that requests carry as <c>Authorization: Bearer</c>; null: anyone may ask.</param>
    /// <param name="loggers">For failures of the server; null for none.</param>
    /// <exception cref="IOException">The address cannot be listened at.</exception>
    public static async Task<MetricsServer> StartAsync(IPEndPoint listen, string? token, ILoggerFactory? loggers = null)
    {
        var application = WebHost.Make(listen, loggers);
        var server = new MetricsServer(application, new MetricsCollector());
        server.Address = await WebHost.StartAsync(
            application, server, () => new MetricsEndpoint(server._collector, new BearerToken(token), []).Map(application));
        return server;
    }

    /// <summary>Answers what was asked, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _collector.Dispose();
    }
}
