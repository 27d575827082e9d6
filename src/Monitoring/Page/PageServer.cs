using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Page;

/// <summary>
/// The page: a log-in, its files, one stream of live state for each browser, what can be asked for, and what operators can do. Without a log-in it answers
/// <c>GET /health/live</c>, the log-in form and its files, and nothing else. <c>docs/page.md</c> has the whole interface.
/// </summary>
public sealed class PageServer : IAsyncDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);
    private readonly WebApplication _application;
    private readonly PageServerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Sessions _sessions;
    private readonly LoginGate _gate;
    private readonly LiveState _live;

    private PageServer(PageServerOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _clock, _logger) = (options, clock, loggers.CreateLogger<PageServer>());
        _sessions = new Sessions(options, clock);
        _gate = new LoginGate(options.Users, options.Users.Count == 0 ? new OneTimeUser(options.OnOneTimePassword) : null, clock);
        _live = new LiveState(options.Content.Parts, options.Interval, clock, _logger);
        _application = WebHost.Make(options.Listen, loggers, options.Certificate, options.CertificateChain);
    }

    /// <summary>Where it listens: <c>https://host:port</c>, or http without a certificate.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>What it shows now.</summary>
    internal LiveState Live => _live;

    /// <summary>Begins to answer.</summary>
    /// <param name="options">How, to whom, and what.</param>
    /// <param name="clock">Tells the present.</param>
    /// <param name="loggers">For log-ins, actions, and failures of the server.</param>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="IOException">The address cannot be listened at.</exception>
    public static async Task<PageServer> StartAsync(PageServerOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        options.Validate();
        var server = new PageServer(options, clock, loggers);
        server.Address = await WebHost.StartAsync(server._application, server, server.Map);
        PageLog.Listens(server._logger, server.Address);
        return server;
    }

    /// <summary>Says goodbye on all streams, answers what was asked, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _live.DisposeAsync();
        using (var patience = new CancellationTokenSource(Goodbye, _clock))
            await _application.StopAsync(patience.Token); // what is being written comes to its end
        await _application.DisposeAsync();
        _gate.Dispose();
        foreach (var owned in _options.Content.Owned)
            owned.Dispose();
    }

    private void Map()
    {
        var login = new LoginEndpoints(_gate, _sessions, _options, _logger);
        var events = new EventStream(_live, _sessions, _options.MaxStreams);
        _application.Use(GuardAsync);
        _application.UseRouting();
        _application.Use((context, next) => RequireSessionAsync(context, next, login));
        _application.MapGet("/health/live", static context => PageHttp.WriteAsync(context, PageReply.Json(new { Status = "live" })));
        _application.MapPost("/login", login.LogInAsync);
        _application.MapPost("/logout", context => LogOutAsync(context, login));
        _application.MapGet("/", context => PageHttp.WriteAsync(context, PageAssets.Own.Document("index.html", StatusCodes.Status200OK, ("title", _options.Title))));
        _application.MapGet("/assets/{digest}/{**path}", AssetAsync);
        _application.MapGet("/api/me", MeAsync);
        _application.MapGet("/api/events", context => events.AnswerAsync(context, SessionOf(context)!));
        new ApiEndpoints(_options, _clock, _logger).Map(_application);
        _application.MapFallback(static context => PageHttp.WriteAsync(context, PageReply.NotFound("There is nothing here.")));
    }

    /// <summary>Headers for everything, no answers for others than the proxies, and no word of a failure but that there was one.</summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        SecurityHeaders.Add(context.Response, _options.IsSecure);
        if (!Proxies.TryAccept(context, _options.TlsProxies))
        {
            await PageHttp.WriteAsync(context, PageReply.Error(StatusCodes.Status403Forbidden, "not-by-tls", "The page answers through its proxy only."));
            return;
        }

        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer.
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await PageHttp.WriteAsync(context, PageReply.Error(e.StatusCode, "bad-request", "The request could not be read."));
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // The kind only: what it says may quote a record.
            PageLog.RequestFailed(_logger, context.GetEndpoint()?.DisplayName ?? "a request", e.GetType().Name);
            await PageHttp.WriteAsync(context, PageReply.Error(StatusCodes.Status500InternalServerError, "failed", "That failed; the log says what."));
        }
    }

    private Task RequireSessionAsync(HttpContext context, RequestDelegate next, LoginEndpoints login)
    {
        var path = context.Request.Path.Value ?? "";
        var session = _sessions.Find(context.Request, isUse: path != "/api/events");
        if (session is not null)
        {
            context.Items[typeof(Session)] = session;
            return next(context);
        }

        if (path is "/health/live" or "/login" || (path.Split('/', 4) is ["", "assets", _, var file] && PageAssets.IsOpen(file)))
            return next(context);
        return path == "/" && HttpMethods.IsGet(context.Request.Method)
            ? login.ShowAsync(context)
            : PageHttp.WriteAsync(context, PageReply.Error(StatusCodes.Status401Unauthorized, "unauthorized", "Log in first."));
    }

    private static Session? SessionOf(HttpContext context) => context.Items[typeof(Session)] as Session;

    private Task MeAsync(HttpContext context)
    {
        var session = SessionOf(context)!;
        return PageHttp.WriteAsync(context, PageReply.Json(new
        {
            User = session.Viewer.Name,
            session.Viewer.Role,
            PatientData = session.Viewer.SeesPatientData,
            session.Csrf,
            _options.Title,
        }));
    }

    private static async Task LogOutAsync(HttpContext context, LoginEndpoints login)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
        var token = context.Request.Headers[ApiEndpoints.TokenHeader].ToString() is { Length: > 0 } header ? header : form?["csrf"].ToString();
        if (LoginEndpoints.Matches(SessionOf(context)!.Csrf, token ?? ""))
            login.LogOut(context);
        else
            await PageHttp.WriteAsync(context, ApiEndpoints.NoToken);
    }

    private static async Task AssetAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        if (!await PageAssets.Own.TryAnswerAsync(context, (string)values["digest"]!, (string?)values["path"] ?? ""))
            await PageHttp.WriteAsync(context, PageReply.NotFound("There is no such file."));
    }
}
