using System.Text.Json.Nodes;
using MedStreams.Streams;
using MedStreams.Support;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>What happens while state comes in: no flicker, no lost focus, a pause, and outages that show and heal.</summary>
public sealed class UpdateTests(Chromium chromium)
{
    [Fact]
    public async Task Updates_change_texts_and_build_nothing_anew()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.ShowAsync("topology");
        await screen.Page.EvaluateAsync(
            """
            () => {
              window.built = 0; window.changed = 0;
              new MutationObserver(all => all.forEach(one => one.type === 'childList' ? window.built++ : window.changed++))
                .observe(document.body, { subtree: true, childList: true, characterData: true });
            }
            """);
        await screen.SeeAsync(12);
        Assert.Equal(0, await screen.Page.EvaluateAsync<int>("() => built"));
        Assert.True(await screen.Page.EvaluateAsync<int>("() => changed") > 0);
    }

    [Fact]
    public async Task Who_has_the_focus_keeps_it()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.ShowAsync("lag");
        var link = screen.Page.Locator("[data-view='lag'] a", new() { HasText = "reporting" });
        await link.FocusAsync();
        await screen.Page.EvaluateAsync("() => { document.activeElement.isOurs = true; }");
        screen.Scene.Change("lag", lag => lag["groups"]![0]!["lag"] = 999_999); // another one comes first now
        await Assertions.Expect(screen.Page.Locator("[data-view='lag'] tbody a").First).ToHaveTextAsync("increments");
        await screen.SeeAsync(5);
        Assert.True(await screen.Page.EvaluateAsync<bool>("() => document.activeElement.isOurs === true && document.activeElement.textContent === 'reporting'"));
    }

    [Fact]
    public async Task Updates_can_be_paused()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.SeeAsync(2);
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Pause updates" }).ClickAsync();
        await Assertions.Expect(screen.Page.Locator("[data-banner='paused']")).ToBeVisibleAsync();
        screen.Scene.Change("deadLetters", d => d["topics"]![0]!["count"] = 4711);
        await screen.SeeAsync(5);
        await Assertions.Expect(screen.Page.Locator("a.tile", new() { HasText = "Dead letters" })).ToContainTextAsync("17");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(screen.Page.Locator("a.tile", new() { HasText = "Dead letters" })).ToContainTextAsync("4,711");
        await Assertions.Expect(screen.Page.Locator("[data-banner='paused']")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_broker_that_goes_away_shows_and_heals()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        screen.Scene.Change("cluster", c => (c[0]!["isReachable"], c[0]!["since"]) = (false, "2026-11-22T03:11:30Z"));
        var banner = screen.Page.Locator("#banners");
        await Assertions.Expect(banner).ToContainTextAsync("No Kafka broker of main answers since 03:11:30");
        await Assertions.Expect(screen.Page.Locator(".verdict h1")).ToHaveTextAsync("Data stands still.");
        await Assertions.Expect(screen.Page.Locator("#summary")).ToContainTextAsync("Data stands still.");
        Assert.Empty(await screen.FindingsAsync());
        screen.Scene.Change("cluster", c => c[0]!["isReachable"] = true);
        await Assertions.Expect(banner).ToBeEmptyAsync();
        await Assertions.Expect(screen.Page.Locator(".verdict h1")).ToHaveTextAsync("Data flows, but not everywhere.");
    }

    [Fact]
    public async Task A_server_that_goes_away_shows_and_when_it_is_back_asks_who_is_there()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.SeeAsync(2);
        await screen.StopServerAsync();
        await Assertions.Expect(screen.Page.Locator("[data-banner='connection']")).ToBeVisibleAsync();
        await Assertions.Expect(screen.Page.Locator(".verdict h1")).ToHaveTextAsync("The page has lost its server.");
        await screen.StartServerAsync();
        await Assertions.Expect(screen.Page.GetByLabel("Password")).ToBeVisibleAsync();
        await screen.LogInAsync("meyer", Screen.Password);
        await Assertions.Expect(screen.Page.Locator("[data-banner='connection']")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_summary_is_told_when_something_changes_and_not_each_second()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.SeeAsync(3);
        await screen.Page.EvaluateAsync(
            "() => { window.told = 0; new MutationObserver(all => { window.told += all.length; }).observe(document.getElementById('summary'), { subtree: true, childList: true, characterData: true }); }");
        await screen.SeeAsync(15);
        Assert.Equal(0, await screen.Page.EvaluateAsync<int>("() => told"));
        screen.Scene.Put("forecasts", null);
        await Eventually.Holds(async () => await screen.Page.EvaluateAsync<int>("() => told") > 0);
        Assert.Equal("polite", await screen.Page.Locator("#summary").GetAttributeAsync("aria-live"));
    }

    [Fact]
    public async Task Every_reason_for_a_standstill_comes_with_what_helps()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        foreach (var reason in Enum.GetValues<StandstillReason>())
        {
            var word = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
            screen.Scene.Change("instance", i => i["standstills"] = new JsonArray(new JsonObject { ["reason"] = word, ["text"] = $"Because of {word}." }));
            var item = screen.Page.Locator(".todo li", new() { HasText = $"Because of {word}." });
            await Assertions.Expect(item.Locator(".cure")).Not.ToBeEmptyAsync();
        }
    }

    [Fact]
    public async Task A_group_in_trouble_a_paused_topology_and_an_alarm_are_in_the_list()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        screen.Scene.Change("instance", i =>
        {
            i["isPaused"] = true;
            i["standstills"] = new JsonArray(new JsonObject { ["reason"] = "paused", ["text"] = "Somebody paused the topology." });
        });
        var list = screen.Page.Locator(".todo");
        await Assertions.Expect(list).ToContainTextAsync("Somebody paused the topology.");
        await Assertions.Expect(list).ToContainTextAsync("billing-export is 48,210 records behind");
        await Assertions.Expect(list).ToContainTextAsync("health-app is outside of what was expected");
        await Assertions.Expect(screen.Page.Locator(".verdict h1")).ToHaveTextAsync("Data waits.");
        await list.Locator("li", new() { HasText = "billing-export" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(screen.Page.Locator("[data-view='lag'] select").First).ToHaveValueAsync("main billing-export");
    }
}
