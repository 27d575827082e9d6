using MedStreams.Monitoring.Page;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Page;

/// <summary>The live stream over real connections.</summary>
public sealed class LiveStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Two_hundred_open_pages_share_what_is_written_once()
    {
        const int Pages = 200;
        var part = new SetPart("one", 1);
        await using var host = await PageHost.StartAsync(PageHost.Options(new PageContent { Parts = [part] }) with { Interval = TimeSpan.FromSeconds(2) });
        var browser = await host.LoggedInAsync("look");
        using var stop = new CancellationTokenSource(Patience);
        var pages = Enumerable.Range(0, Pages).Select(_ => browser.EventsAsync(stop.Token).GetAsyncEnumerator(stop.Token)).ToList();
        await Task.WhenAll(pages.Select(async p => Assert.True(await p.MoveNextAsync())));
        Assert.Equal(Pages, host.Server.Live.Readers);
        part.Value = 2;
        await Task.WhenAll(pages.Select(async p =>
        {
            while (await p.MoveNextAsync() && !(p.Current.Data.TryGetProperty("one", out var one) && one.GetInt32() == 2))
            {
                // The next one has it.
            }
        }));
        Assert.True(host.Server.Live.Frames < Pages / 4, $"{host.Server.Live.Frames} frames for {Pages} pages");
        foreach (var page in pages)
            await page.DisposeAsync();
        await Eventually.Holds(() => host.Server.Live.Readers == 0);
    }

    [Fact]
    public async Task Who_does_not_read_for_a_while_gets_one_event_with_all_that_changed()
    {
        var big = new SetPart("big", "");
        await using var host = await PageHost.StartAsync(
            PageHost.Options(new PageContent { Parts = [big] }) with { Interval = TimeSpan.FromMilliseconds(2) });
        var browser = await host.LoggedInAsync("look");
        using var stop = new CancellationTokenSource(Patience);
        await using var slow = browser.EventsAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await slow.MoveNextAsync());
        var written = 0L;
        for (var i = 0; i < 100; i++)
        {
            var value = $"{i}{new string('x', 300_000)}"; // 30 MB in all, more than sockets keep
            big.Value = value;
            var before = host.Server.Live.Serialisations;
            await Eventually.Holds(() => host.Server.Live.Serialisations > before + 1);
            written += value.Length;
        }

        var (last, taken) = ("99x", 0L);
        while (await slow.MoveNextAsync())
        {
            if (!slow.Current.Data.TryGetProperty("big", out var value))
                continue;
            taken += value.GetString()!.Length;
            if (value.GetString()!.StartsWith(last, StringComparison.Ordinal))
                break;
        }

        Assert.True(taken < written, $"{taken} characters of {written}");
    }

    [Fact]
    public async Task The_page_says_goodbye_when_it_stops()
    {
        var host = await PageHost.StartAsync();
        var browser = await host.LoggedInAsync("look");
        await using var events = browser.EventsAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        var stopping = host.Server.DisposeAsync();
        var last = events.Current;
        while (await events.MoveNextAsync())
            last = events.Current;
        Assert.Equal(("bye", "stopped"), (last.Event, last.Data.GetProperty("reason").GetString()));
        await stopping;
        browser.Dispose();
    }

    [Fact]
    public async Task More_pages_than_may_be_are_turned_away()
    {
        await using var host = await PageHost.StartAsync(PageHost.Options() with { MaxStreams = 1 });
        var browser = await host.LoggedInAsync("look");
        await using var events = browser.EventsAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        using var second = await browser.Client.GetAsync("/api/events");
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, second.StatusCode);
    }
}
