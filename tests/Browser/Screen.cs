using System.Net;
using MedStreams.Monitoring.Page;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>A page with its server, in a browser of its own, and what the browser complained about.</summary>
internal sealed class Screen : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";
    public static readonly DateTimeOffset FixedTime = new(2026, 11, 22, 3, 12, 5, TimeSpan.Zero);
    private static readonly PasswordHash Hash = PasswordHash.Of(Password, PasswordHash.MinIterations);
    private static readonly PageUser[] Users =
    [
        new("meyer", Hash, PageRole.Operator, SeesPatientData: true),
        new("ward-3", Hash, PageRole.Viewer, SeesPatientData: false),
    ];

    private readonly IBrowserContext _context;
    private readonly PageServerOptions _options;
    private readonly TimeProvider _clock;

    private Screen(Scene scene, PageServerOptions options, TimeProvider clock, PageServer server, IBrowserContext context, IPage page)
    {
        (Scene, _options, _clock, Server, _context, Page) = (scene, options, clock, server, context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public Scene Scene { get; }

    public PageServer Server { get; private set; }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, violations of the content security policy among them.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Opens a page, as somebody who has logged in; <paramref name="user"/> null: as nobody.</summary>
    public static Task<Screen> OpenAsync(Chromium chromium, Scene? scene = null, string? user = "meyer", ColorScheme scheme = ColorScheme.Light, int width = 1360)
    {
        scene ??= new Scene();
        return OpenAsync(chromium, scene, scene.Content(), new SceneClock(scene), user, scheme, width);
    }

    /// <summary>Opens a page that shows what is really there.</summary>
    public static Task<Screen> OpenAsync(Chromium chromium, PageContent content) =>
        OpenAsync(chromium, new Scene(), content, TimeProvider.System, "meyer", ColorScheme.Light, 1360);

    public async Task LogInAsync(string user, string password)
    {
        await Page.GetByLabel("User").FillAsync(user);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        if (password == Password)
            await Assertions.Expect(Page.Locator("#user")).ToContainTextAsync(user);
    }

    /// <summary>Shows a view, and waits until it has something to show.</summary>
    public async Task ShowAsync(string view)
    {
        await Page.EvaluateAsync("view => { location.hash = view; }", view);
        await Assertions.Expect(Page.Locator($"[data-view='{view.Split('/')[0]}']")).ToBeVisibleAsync();
        await SeeAsync(2);
    }

    /// <summary>Waits until the state was looked at so many times more.</summary>
    public async Task SeeAsync(int looks)
    {
        var until = Scene.Looks + looks;
        await MedStreams.Support.Eventually.Holds(() => Scene.Looks >= until || Scene.Looks == Scene.LastLook);
        await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>What axe-core finds, as sentences.</summary>
    /// <param name="rule">The one rule to be tried; null: all.</param>
    public Task<IReadOnlyList<string>> FindingsAsync(string? rule = null) => Chromium.FindingsAsync(Page, rule);

    /// <summary>The server ends, as when a process is killed or a machine taken away.</summary>
    public ValueTask StopServerAsync() => Server.DisposeAsync();

    /// <summary>It is started again, at the same address.</summary>
    public async Task StartServerAsync() => Server = await PageServer.StartAsync(
        _options with { Listen = new IPEndPoint(IPAddress.Loopback, Server.Address.Port) }, _clock, NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<Screen> OpenAsync(
        Chromium chromium, Scene scene, PageContent content, TimeProvider clock, string? user, ColorScheme scheme, int width)
    {
        var browser = chromium.Browser;
        var options = new PageServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Title = "increments",
            Users = Users,
            Content = content,
            Audit = scene.Audit,
            Interval = TimeSpan.FromMilliseconds(100),
        };
        var server = await PageServer.StartAsync(options, clock, NullLoggerFactory.Instance);
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = scheme,
            TimezoneId = "UTC",
            Locale = "en-GB",
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);
        var screen = new Screen(scene, options, clock, server, context, await context.NewPageAsync());
        await screen.Page.GotoAsync(server.Address.ToString());
        if (user is not null)
            await screen.LogInAsync(user, Password);
        return screen;
    }

    /// <summary>A second goes by from look to look, so that what is shown does not depend on the machine.</summary>
    private sealed class SceneClock(Scene scene) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => FixedTime.AddSeconds(scene.Looks);
    }
}
