using MedStreams.Monitoring.Page;
using MedStreams.Support;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>What operators do, with the keyboard alone, and what viewers do not see.</summary>
public sealed class OperatorTests(Chromium chromium)
{
    [Fact]
    public async Task Dead_letters_are_replayed_by_the_keyboard_alone()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        var page = screen.Page;
        await screen.SeeAsync(2);
        await page.EvaluateAsync("() => { document.activeElement.blur(); }");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("To the content", await FocusedAsync(page));
        await TabToAsync(page, "Dead letters", "Dead letters");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-view='dead-letters']")).ToBeVisibleAsync();
        Assert.Equal("main", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await Assertions.Expect(page.Locator("tbody input[type=checkbox]").First).ToBeVisibleAsync();
        await TabToAsync(page, "Choose 0@100");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Shift+Tab");
        await TabToAsync(page, "Replay 1", key: "Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        Assert.Empty(await screen.FindingsAsync());
        Assert.Equal("Cancel", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".outcome.good")).ToContainTextAsync("1 letter replayed.");
        Assert.Equal("dead-letters/{topic}/replay [{\"partition\":0,\"offset\":100}]", Assert.Single(screen.Scene.Done));
        Assert.Equal([("meyer", AuditOutcome.Requested), ("meyer", AuditOutcome.Done)], screen.Scene.Audit.Entries.Select(e => (e.Who, e.Outcome)));
    }

    [Fact]
    public async Task Escape_does_nothing_and_gives_the_focus_back()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.ShowAsync("migration");
        var pause = screen.Page.GetByRole(AriaRole.Button, new() { Name = "Pause run 1" });
        await pause.FocusAsync();
        await screen.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await screen.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Assertions.Expect(pause).ToBeFocusedAsync();
        Assert.Empty(screen.Scene.Done);
    }

    [Theory]
    [InlineData("migration", "Pause run 1", "Pause", "migration/{run}/pause {}")]
    [InlineData("migration", "Retry failed studies of run 1", "Retry", "migration/{run}/retry {}")]
    [InlineData("topology", "Pause topology", "Pause", "topology/pause {}")]
    public async Task Operators_pause_and_retry_after_a_question(string view, string button, string yes, string done)
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.ShowAsync(view);
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        await screen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = yes }).ClickAsync();
        await Eventually.Holds(() => screen.Scene.Done.Count == 1);
        Assert.Equal(done, screen.Scene.Done[0]);
        await Assertions.Expect(screen.Page.Locator(".outcome.good")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Viewers_see_no_button_that_acts_and_nothing_of_patients()
    {
        await using var screen = await Screen.OpenAsync(chromium, user: "ward-3");
        await screen.ShowAsync("migration");
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Button, new() { Name = "Pause run 1" })).ToHaveCountAsync(0);
        await screen.ShowAsync("stores");
        await Assertions.Expect(screen.Page.Locator("[data-view='stores'] form")).ToBeHiddenAsync();
        await screen.ShowAsync("dead-letters");
        await Assertions.Expect(screen.Page.GetByRole(AriaRole.Button, new() { Name = "Replay" })).ToHaveCountAsync(0);
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Show 0@100" }).ClickAsync();
        await Assertions.Expect(screen.Page.Locator("[data-view='dead-letters']")).ToContainTextAsync("masked, 9 B");
        Assert.DoesNotContain("PatientName", await screen.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arrow_keys_go_along_the_lines_of_the_graph()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        await screen.ShowAsync("topology");
        await screen.Page.Locator(".graph .node", new() { HasText = "logs.raw" }).FocusAsync();
        await screen.Page.Keyboard.PressAsync("ArrowRight");
        Assert.Contains("raw-records", await FocusedAsync(screen.Page), StringComparison.Ordinal);
        await screen.Page.Keyboard.PressAsync("ArrowRight");
        Assert.StartsWith("parse", await FocusedAsync(screen.Page), StringComparison.Ordinal);
        await screen.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(screen.Page.Locator("[data-view='topology'] h2", new() { HasText = "parse" }).First).ToBeVisibleAsync();
        await screen.Page.Keyboard.PressAsync("ArrowLeft");
        Assert.Contains("raw-records", await FocusedAsync(screen.Page), StringComparison.Ordinal);
    }

    private static async Task TabToAsync(IPage page, string name, string? orStarting = null, string key = "Tab")
    {
        for (var i = 0; i < 80; i++)
        {
            var focused = await FocusedAsync(page);
            if (focused == name || (orStarting is not null && focused.StartsWith(orStarting, StringComparison.Ordinal)))
                return;
            await page.Keyboard.PressAsync(key);
        }

        Assert.Fail($"{name} cannot be reached with {key}.");
    }

    private static Task<string> FocusedAsync(IPage page) =>
        page.EvaluateAsync<string>("() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
}
