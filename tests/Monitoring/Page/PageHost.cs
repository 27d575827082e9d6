using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Page;

/// <summary>A page that runs, with two users, and browsers for it.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";
    private static readonly PasswordHash Hash = PasswordHash.Of(Password, PasswordHash.MinIterations);
    private readonly List<PageBrowser> _browsers = [];

    private PageHost(PageServer server) => Server = server;

    public static IReadOnlyList<PageUser> Users { get; } =
    [
        new("oper", Hash, PageRole.Operator, SeesPatientData: true),
        new("look", Hash, PageRole.Viewer, SeesPatientData: false),
    ];

    public PageServer Server { get; }

    public static async Task<PageHost> StartAsync(PageServerOptions? options = null, TimeProvider? clock = null) =>
        new(await PageServer.StartAsync(options ?? Options(), clock ?? TimeProvider.System, NullLoggerFactory.Instance));

    public static PageServerOptions Options(PageContent? content = null, IPageAudit? audit = null) => new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Title = "test",
        Users = Users,
        Content = content ?? PageContent.Empty,
        Audit = audit,
    };

    public PageBrowser Browser(X509Certificate2? trusted = null, bool isBehindProxy = false)
    {
        var browser = new PageBrowser(Server.Address, trusted) { IsBehindProxy = isBehindProxy };
        _browsers.Add(browser);
        return browser;
    }

    public async Task<PageBrowser> LoggedInAsync(string user = "oper", string password = Password)
    {
        var browser = Browser();
        using var response = await browser.LogInAsync(user, password);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in _browsers)
            browser.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A browser: keeps cookies, follows no redirections.</summary>
internal sealed class PageBrowser : IDisposable
{
    private readonly SocketsHttpHandler _handler;

    public PageBrowser(Uri address, X509Certificate2? trusted)
    {
        _handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = new CookieContainer() };
        if (trusted is not null)
            _handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == trusted.Thumbprint;
        Client = new HttpClient(_handler) { BaseAddress = address };
    }

    public HttpClient Client { get; }

    public CookieContainer Cookies => _handler.CookieContainer;

    /// <summary>Whether a proxy between speaks TLS with the browser, so that cookies for TLS only are sent here too.</summary>
    public bool IsBehindProxy { get; init; }

    public async Task<HttpResponseMessage> LogInAsync(string user, string password)
    {
        var document = await Client.GetStringAsync("/");
        foreach (Cookie cookie in Cookies.GetAllCookies())
            cookie.Secure &= !IsBehindProxy;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["csrf"] = TokenOf(document),
            ["user"] = user,
            ["password"] = password,
        });
        return await Client.PostAsync("/login", form);
    }

    public async Task<JsonElement> JsonAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Posts with the session's token.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, string? json = null, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("X-CSRF-Token", token ?? (await JsonAsync("/api/me")).GetProperty("csrf").GetString());
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return await Client.SendAsync(request);
    }

    /// <summary>The live stream, event by event.</summary>
    public async IAsyncEnumerable<(string Event, JsonElement Data)> EventsAsync([EnumeratorCancellation] CancellationToken stop = default)
    {
        using var response = await Client.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, stop);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        var name = "";
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                yield return (name, JsonElement.Parse(line["data: ".Length..]));
        }
    }

    /// <summary>The live state, once it is as wanted.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> UntilAsync(Func<IReadOnlyDictionary<string, JsonElement>, bool> holds)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var state = new Dictionary<string, JsonElement>();
        await foreach (var (name, data) in EventsAsync(stop.Token))
        {
            Assert.Equal("state", name);
            foreach (var part in data.EnumerateObject())
            {
                if (part.Value.ValueKind == JsonValueKind.Null)
                    state.Remove(part.Name);
                else
                    state[part.Name] = part.Value;
            }

            if (holds(state))
                return state;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    public void Dispose()
    {
        Client.Dispose();
        _handler.Dispose();
    }

    private static string TokenOf(string document)
    {
        const string Field = "name=\"csrf\" value=\"";
        var at = document.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        return document[at..document.IndexOf('"', at)];
    }
}
