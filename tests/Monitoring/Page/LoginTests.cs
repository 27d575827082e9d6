using System.Net;
using MedStreams.Monitoring.Page;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Page;

public sealed class LoginTests
{
    [Fact]
    public async Task A_right_password_opens_the_page()
    {
        await using var host = await PageHost.StartAsync();
        var browser = host.Browser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Client.GetAsync("/api/me")).StatusCode);
        using var response = await browser.LogInAsync("oper", PageHost.Password);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        Assert.Equal("/", response.Headers.Location?.OriginalString);
        var me = await browser.JsonAsync("/api/me");
        Assert.Equal("oper", me.GetProperty("user").GetString());
        Assert.Equal("operator", me.GetProperty("role").GetString());
        Assert.True(me.GetProperty("patientData").GetBoolean());
        Assert.Contains("page.js", await browser.Client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oper", "wrong")]
    [InlineData("nobody", PageHost.Password)]
    public async Task A_wrong_user_or_password_is_told_alike(string user, string password)
    {
        await using var host = await PageHost.StartAsync();
        using var response = await host.Browser().LogInAsync(user, password);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("User or password is wrong.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [], c => c.StartsWith("medstreams=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_cookie_can_be_read_by_no_script_and_sent_by_no_other_site()
    {
        await using var host = await PageHost.StartAsync();
        using var response = await host.Browser().LogInAsync("oper", PageHost.Password);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("medstreams=", StringComparison.Ordinal));
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/;", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("; secure", cookie, StringComparison.Ordinal); // on the loopback, without TLS
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused()
    {
        await using var host = await PageHost.StartAsync();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["user"] = "oper", ["password"] = PageHost.Password, ["csrf"] = "" });
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Browser().Client.PostAsync("/login", form)).StatusCode);
    }

    [Fact]
    public async Task After_five_failures_even_the_right_password_has_to_wait()
    {
        var time = new ManualTime();
        await using var host = await PageHost.StartAsync(clock: time);
        var browser = host.Browser();
        for (var i = 0; i < Attempts.Free; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.LogInAsync("oper", "wrong")).StatusCode);
        using var slowed = await browser.LogInAsync("oper", PageHost.Password);
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
        Assert.Equal("1", slowed.Headers.GetValues("Retry-After").Single());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.LogInAsync("oper", PageHost.Password)).StatusCode);
    }

    [Fact]
    public async Task The_live_stream_begins_with_everything()
    {
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Parts = [new FixedPart("one", new { A = 1 })] }));
        var browser = await host.LoggedInAsync("look");
        await foreach (var (name, data) in browser.EventsAsync())
        {
            Assert.Equal("state", name);
            Assert.Equal(1, data.GetProperty("one").GetProperty("a").GetInt32());
            break;
        }
    }

    private sealed class FixedPart(string name, object value) : IPagePart
    {
        public string Name => name;

        public ValueTask<object?> ReadAsync(CancellationToken cancellationToken) => new(value);
    }
}
