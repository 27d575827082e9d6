using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MedStreams.Monitoring.Page;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Page;

public sealed class SecurityTests
{
    private static readonly PageContent WithAction = new() { Actions = [new SetAction(static _ => PageReply.Json(new { Ok = true }))] };

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/api/me")]
    [InlineData("GET", "/api/events")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/health/live")]
    [InlineData("POST", "/login")]
    [InlineData("POST", "/logout")]
    [InlineData("POST", "/api/things/1/do")]
    [InlineData("PUT", "/")]
    [InlineData("GET", "/assets/0000/js/page.js")]
    [InlineData("GET", "/assets/..%2f..%2fetc/passwd")]
    public async Task Every_answer_carries_the_policy_and_nothing_is_told_without_a_session(string method, string path)
    {
        await using var host = await PageHost.StartAsync(PageHost.Options(WithAction, new ListAudit()));
        foreach (var browser in new[] { host.Browser(), await host.LoggedInAsync() })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var response = await browser.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(SecurityHeaders.Policy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.False(response.Headers.Contains("Server"));
            Assert.False(response.Headers.Contains("Strict-Transport-Security"));
            if (browser.Cookies.Count == 0 && path is not ("/" or "/health/live" or "/login"))
                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task No_document_has_a_script_or_a_style_of_its_own()
    {
        await using var host = await PageHost.StartAsync();
        var browser = await host.LoggedInAsync();
        foreach (var document in new[] { await host.Browser().Client.GetStringAsync("/"), await browser.Client.GetStringAsync("/") })
        {
            Assert.DoesNotContain("<style", document, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" style=", document, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(" onload=", document, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("javascript:", document, StringComparison.OrdinalIgnoreCase);
            foreach (var script in document.Split("<script").Skip(1))
                Assert.Matches("^[^>]* src=\"/assets/[^>]*></script>", script);
        }
    }

    [Fact]
    public async Task Files_are_kept_for_good_and_told_by_their_digest()
    {
        await using var host = await PageHost.StartAsync();
        var browser = await host.LoggedInAsync();
        var path = PageAssets.Own.Root + "/js/page.js";
        using var first = await browser.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("text/javascript", first.Content.Headers.ContentType?.MediaType);
        Assert.Equal("max-age=31536000, private, immutable", first.Headers.CacheControl?.ToString());
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await browser.Client.SendAsync(again)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Browser().Client.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Browser().Client.GetAsync(PageAssets.Own.Root + "/open/login.css")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Client.GetAsync(PageAssets.Own.Root + "/login.html")).StatusCode);
    }

    [Fact]
    public async Task With_TLS_cookies_go_over_TLS_only_and_browsers_are_told_to_stay()
    {
        using var certificate = Certificate();
        await using var host = await PageHost.StartAsync(PageHost.Options() with { Certificate = certificate });
        Assert.Equal("https", host.Server.Address.Scheme);
        using var response = await host.Browser(certificate).LogInAsync("oper", PageHost.Password);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.All(response.Headers.GetValues("Set-Cookie"), c => Assert.Contains("; secure;", c, StringComparison.Ordinal));
        Assert.Equal("max-age=31536000", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public async Task Behind_a_proxy_nobody_else_is_answered_and_its_word_on_who_asks_counts()
    {
        var options = PageHost.Options() with { TlsProxies = [IPAddress.Loopback] };
        await using var host = await PageHost.StartAsync(options);
        var browser = host.Browser(isBehindProxy: true);
        for (var i = 0; i < Attempts.Free; i++)
        {
            browser.Client.DefaultRequestHeaders.Remove("X-Forwarded-For");
            browser.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "6.6.6.6, 10.1.1.1");
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.LogInAsync($"guess{i}", "wrong")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.LogInAsync("oper", PageHost.Password)).StatusCode);
        browser.Client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        browser.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "10.1.1.2");
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.LogInAsync("oper", PageHost.Password)).StatusCode);

        await using var foreign = await PageHost.StartAsync(options with { TlsProxies = [IPAddress.Parse("10.0.0.1")] });
        Assert.Equal(HttpStatusCode.Forbidden, (await foreign.Browser().Client.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await foreign.Browser().Client.GetAsync("/health/live")).StatusCode);
    }

    [Theory]
    [InlineData("0.0.0.0", true, false, nameof(PageServerOptions.Certificate))]
    [InlineData("0.0.0.0", false, true, nameof(PageServerOptions.Users))]
    [InlineData("10.0.0.1", false, false, nameof(PageServerOptions.Users))]
    public async Task Beyond_the_loopback_it_does_not_start_without_users_and_TLS(string address, bool hasUsers, bool hasTls, string named)
    {
        using var certificate = Certificate();
        var options = PageHost.Options() with
        {
            Listen = new IPEndPoint(IPAddress.Parse(address), 0),
            Users = hasUsers ? PageHost.Users : [],
            Certificate = hasTls ? certificate : null,
        };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => PageServer.StartAsync(options, TimeProvider.System, NullLoggerFactory.Instance));
        Assert.Equal(named, error.ParamName);
    }

    [Fact]
    public async Task Without_users_each_password_that_is_told_is_good_for_one_log_in()
    {
        var told = new List<string>();
        await using var host = await PageHost.StartAsync(PageHost.Options() with { Users = [], OnOneTimePassword = (_, password) => told.Add(password) });
        var browser = await host.LoggedInAsync("admin", told[0]);
        Assert.Equal("admin", (await browser.JsonAsync("/api/me")).GetProperty("user").GetString());
        Assert.Equal(2, told.Count);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Browser().LogInAsync("admin", told[0])).StatusCode);
        await host.LoggedInAsync("admin", told[1]);
    }

    [Fact]
    public async Task Sessions_of_those_who_act_end_unused_and_all_end_with_their_length()
    {
        var time = new ManualTime();
        await using var host = await PageHost.StartAsync(clock: time);
        var (acts, looks) = (await host.LoggedInAsync("oper"), await host.LoggedInAsync("look"));
        time.Advance(TimeSpan.FromMinutes(29));
        await acts.JsonAsync("/api/me");
        time.Advance(TimeSpan.FromMinutes(29));
        await acts.JsonAsync("/api/me");
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Unauthorized, (await acts.Client.GetAsync("/api/me")).StatusCode);
        await looks.JsonAsync("/api/me");
        time.Advance(TimeSpan.FromHours(11));
        Assert.Equal(HttpStatusCode.Unauthorized, (await looks.Client.GetAsync("/api/me")).StatusCode);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_and_its_stream_and_needs_the_token()
    {
        await using var host = await PageHost.StartAsync();
        var browser = await host.LoggedInAsync();
        await using var events = browser.EventsAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/logout", token: "wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync("/logout")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Client.GetAsync("/api/me")).StatusCode);
        var last = events.Current;
        while (await events.MoveNextAsync())
            last = events.Current;
        Assert.Equal("bye", last.Event);
        Assert.Equal("logged-out", last.Data.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task The_address_of_many_failures_waits_longer_than_the_user()
    {
        var time = new ManualTime();
        using var gate = new LoginGate(PageHost.Users, null, time);
        var (bad, good) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8:0:1::1"));
        for (var i = 0; i < 40; i++)
        {
            await gate.TryAsync(bad, "oper", "wrong", default);
            time.Advance(TimeSpan.FromSeconds(61));
        }

        var wait = (await gate.TryAsync(IPAddress.Parse("2001:db8::2"), "oper", PageHost.Password, default)).Wait;
        Assert.True(wait > TimeSpan.FromMinutes(2), $"the network waits {wait}");
        Assert.Equal("oper", (await gate.TryAsync(good, "oper", PageHost.Password, default)).User?.Name);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var today = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(today.AddDays(-1), today.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
