using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Metrics;
using MedStreams.Monitoring.Notifications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring;

/// <summary>
/// Watches the groups of Kafka clusters and tells over HTTP how they do: in Burrow's shape under <c>/v3/kafka</c>, as metrics under <c>/metrics</c>; its own
/// health under <c>/health/live</c> and <c>/health/ready</c>. Changes of status are told to those who want to know.
/// </summary>
public sealed class MonitorServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly MetricsCollector _collector = new();

    private readonly Notifier _notifier;

    private MonitorServer(WebApplication application, IReadOnlyList<ClusterWatch> watches, Notifier notifier) =>
        (_application, Watches, _notifier) = (application, watches, notifier);

    /// <summary>Where it listens: <c>http://host:port</c>.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>The clusters.</summary>
    public IReadOnlyList<ClusterWatch> Watches { get; }

    /// <summary>How many changes of status have still to be taken by those who are told.</summary>
    public int WaitingNotifications => _notifier.Waiting;

    /// <summary>Begins to watch and to answer.</summary>
    /// <param name="options">What, and where.</param>
    /// <param name="clock">Tells the present.</param>
    /// <param name="loggers">For clusters that go and come, and failures of the server.</param>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="IOException">The address cannot be listened at.</exception>
    public static async Task<MonitorServer> StartAsync(MonitorServerOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        options.Validate();
        var application = WebHost.Make(options.Listen, loggers);
        var logger = loggers.CreateLogger<MonitorServer>();
        ClusterWatch[] watches = [.. options.Clusters.Select(c => new ClusterWatch(c, clock, logger))];
        var server = new MonitorServer(application, watches, new Notifier(watches, options.Notifications, clock, logger));
        server.Address = await WebHost.StartAsync(application, server, () => server.Map(new BearerToken(options.Token)));
        return server;
    }

    /// <summary>Answers what was asked, and ends the watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _notifier.DisposeAsync();
        await _application.DisposeAsync();
        _collector.Dispose();
        await Task.WhenAll(Watches.Select(w => w.DisposeAsync().AsTask()));
    }

    private void Map(BearerToken token)
    {
        _application.Use((context, next) =>
        {
            if (token.IsIn(context.Request) || context.Request.Path.Value is "/burrow/admin" or "/health/live")
                return next(context);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        });
        _application.UseRouting();
        _application.Use(BurrowEndpoints.AnswerOthersAsync);
        _application.MapGet("/health/live", static context => context.Response.WriteAsync("{\"status\":\"live\"}"));
        _application.MapGet("/health/ready", ReadyAsync);
        new MetricsEndpoint(_collector, token, Watches).Map(_application);
        new BurrowEndpoints(Watches).Map(_application);
    }

    private Task ReadyAsync(HttpContext context)
    {
        var isReady = Watches.All(w => w is { HasCaughtUp: true, IsReachable: true });
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(isReady ? "{\"status\":\"ready\"}" : "{\"status\":\"not-ready\"}");
    }
}
