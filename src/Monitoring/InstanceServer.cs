using MedStreams.Monitoring.Metrics;
using MedStreams.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring;

/// <summary>
/// What an instance of an application tells over HTTP: its health (<c>GET /health/live</c>, <c>GET /health/ready</c>), and what its stores hold, at
/// any instance: what is not here is asked of the one that has it, and what the process measures (<c>GET /metrics</c>). <c>GET /queries</c> lists stores and hosts,
/// <c>POST /queries/STORE</c> with a <see cref="JsonQuery"/> as body asks.
/// </summary>
public sealed class InstanceServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly QueryEndpoints _endpoints;
    private readonly MetricsCollector _collector = new();

    private InstanceServer(WebApplication application, QueryEndpoints endpoints) =>
        (_application, _endpoints) = (application, endpoints);

    /// <summary>Where it listens: <c>http://host:port</c>.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Starts a server; before the instance is started its answer is 503.</summary>
    /// <param name="streams">The instance.</param>
    /// <param name="applicationServer">The instance's own <c>application.server</c>, so that it does not pass queries on to itself; may be empty.</param>
    /// <param name="options">How to answer.</param>
    /// <param name="loggers">For failures of the server; null for none.</param>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="IOException">The address cannot be listened at.</exception>
    public static async Task<InstanceServer> StartAsync(
        KafkaStreams streams, string applicationServer, InstanceServerOptions options, ILoggerFactory? loggers = null)
    {
        options.Validate();
        var application = WebHost.Make(options.Listen, loggers);
        var token = new BearerToken(options.Token);
        var endpoints = new QueryEndpoints(streams, options, token, applicationServer);
        var server = new InstanceServer(application, endpoints);
        server.Address = await WebHost.StartAsync(application, server, () =>
        {
            endpoints.Map(application);
            new HealthEndpoints(streams, token).Map(application);
            new MetricsEndpoint(server._collector, token, []).Map(application);
        });
        return server;
    }

    /// <summary>Answers what was asked, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _endpoints.Dispose();
        _collector.Dispose();
    }
}
