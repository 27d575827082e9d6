using MedStreams.Support;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>Every view in every form: nothing that axe-core finds, no complaint of the browser, nothing wider than the screen.</summary>
public sealed class ViewTests(Chromium chromium)
{
    private static readonly string[] Views =
    [
        "overview", "topology", "tasks", "lag", "stores", "dead-letters", "increments", "migration", "ranges", "reservations", "sync", "recommendations",
    ];

    [Theory]
    [InlineData(ColorScheme.Light, 1360, null)]
    [InlineData(ColorScheme.Dark, 1360, "color-contrast")] // all that the scheme changes
    [InlineData(ColorScheme.Light, 380, null)]
    public async Task Every_view_is_accessible_and_keeps_to_the_policy(ColorScheme scheme, int width, string? rule)
    {
        await using var screen = await Screen.OpenAsync(chromium, scheme: scheme, width: width);
        var findings = new List<string>();
        foreach (var view in Views)
        {
            await screen.ShowAsync(view);
            findings.AddRange(await screen.FindingsAsync(rule));
            if (await screen.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth") > 0)
                findings.Add($"{view} is wider than {width} pixels");
        }

        Assert.Empty(findings);
        Assert.Empty(screen.Complaints);
    }

    [Fact]
    public async Task The_navigation_offers_every_view_that_has_something_to_show()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.SeeAsync(2);
        var links = await screen.Page.Locator("nav a").EvaluateAllAsync<string[]>("all => all.map(one => one.getAttribute('href').slice(1))");
        Assert.Equal(Views.Order(), links.Order());
        screen.Scene.Put("migration", null);
        await Assertions.Expect(screen.Page.Locator("nav a[href='#migration']")).ToHaveCountAsync(0);
        screen.Scene.Put("migration", new System.Text.Json.Nodes.JsonObject { ["runs"] = new System.Text.Json.Nodes.JsonArray() });
        await Assertions.Expect(screen.Page.Locator("nav a[href='#migration']")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_log_in_form_is_accessible_and_says_what_was_wrong()
    {
        await using var screen = await Screen.OpenAsync(chromium, user: null);
        Assert.Empty(await screen.FindingsAsync());
        await screen.LogInAsync("meyer", "wrong");
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("User or password is wrong.");
        Assert.Empty(await screen.FindingsAsync());
        await screen.LogInAsync("meyer", Screen.Password);
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Assertions.Expect(screen.Page.GetByLabel("Password")).ToBeVisibleAsync();
        Assert.DoesNotContain(screen.Complaints, c => c.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reports_can_be_printed_and_saved()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Link, new() { Name = "Lag of consumer groups: to print" }))
            .ToHaveAttributeAsync("href", "/api/reports/lag?format=html");
        var saved = await screen.Page.RunAndWaitForDownloadAsync(
            () => screen.Page.GetByRole(AriaRole.Link, new() { Name = "Lag of consumer groups: CSV" }).ClickAsync());
        Assert.Contains("exports", await File.ReadAllTextAsync(await saved.PathAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_each_chart_stands_a_table()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        foreach (var view in (string[])["overview", "lag", "increments"])
        {
            await screen.ShowAsync(view);
            var charts = screen.Page.Locator($"[data-view='{view}'] figure.chart");
            for (var i = 0; i < await charts.CountAsync(); i++)
            {
                await charts.Nth(i).Locator("summary").ClickAsync();
                await Assertions.Expect(charts.Nth(i).Locator("tbody tr[aria-rowindex='2']")).ToBeVisibleAsync();
            }
        }
    }

    [Fact]
    public async Task The_choice_of_colours_lasts()
    {
        await using var screen = await Screen.OpenAsync(chromium, scheme: ColorScheme.Light);
        var button = screen.Page.Locator("#scheme");
        await button.ClickAsync();
        await button.ClickAsync();
        await Assertions.Expect(button).ToHaveTextAsync("Colours: dark");
        await screen.Page.ReloadAsync();
        await Assertions.Expect(button).ToHaveTextAsync("Colours: dark");
        Assert.Equal("rgb(14, 19, 26)", await screen.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task What_is_printed_has_all_rows_and_nothing_to_click()
    {
        var scene = new Scene { Partitions = 1500 };
        await using var screen = await Screen.OpenAsync(chromium, scene);
        await screen.ShowAsync("lag");
        var rows = screen.Page.Locator("[data-view='lag'] .table-block", new() { HasText = "Partitions" }).Last.Locator("tbody tr[aria-rowindex]");
        await Eventually.Holds(async () => await rows.CountAsync() is > 20 and < 200);
        await screen.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await screen.Page.EvaluateAsync("() => dispatchEvent(new Event('beforeprint'))");
        await Eventually.Holds(async () => await rows.CountAsync() == 1500);
        Assert.False(await screen.Page.Locator("nav").IsVisibleAsync());
        Assert.False(await screen.Page.Locator("#pause").IsVisibleAsync());
        await screen.Page.EvaluateAsync("() => dispatchEvent(new Event('afterprint'))");
        Assert.InRange(await rows.CountAsync(), 20, 200);
    }

    [Fact]
    public async Task The_first_look_takes_few_small_files()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.Page.ReloadAsync();
        await screen.SeeAsync(1);
        var sizes = await screen.Page.EvaluateAsync<int[]>(
            "() => performance.getEntriesByType('resource').filter(r => r.name.includes('/assets/')).map(r => r.encodedBodySize)");
        Assert.InRange(sizes.Length, 5, 45);
        Assert.InRange(sizes.Sum(), 1, 80_000);
    }
}
