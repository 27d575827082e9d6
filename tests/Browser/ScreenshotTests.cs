using MedStreams.Support;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>Writes the pictures of docs/page.md, of fixed data. It runs only when it is asked for: <c>-explicit only</c>.</summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    [Theory(Explicit = true)]
    [InlineData("overview", ColorScheme.Light)]
    [InlineData("overview", ColorScheme.Dark)]
    [InlineData("topology", ColorScheme.Light)]
    [InlineData("lag", ColorScheme.Dark)]
    [InlineData("increments", ColorScheme.Light)]
    public async Task Pictures_for_the_guide(string view, ColorScheme scheme)
    {
        await using var screen = await Screen.OpenAsync(chromium, new Scene { LastLook = 90 }, scheme: scheme, width: 1180);
        await screen.ShowAsync(view);
        await Eventually.Holds(() => screen.Scene.Looks == screen.Scene.LastLook);
        await screen.SeeAsync(1);
        await screen.Page.SetViewportSizeAsync(1180, 860);
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "screenshots")).FullName;
        await screen.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{view}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"), Caret = ScreenshotCaret.Hide });
    }
}
