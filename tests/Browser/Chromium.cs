using System.Text.Json;
using MedStreams.Support;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>Debian's Chromium without a window, one for all tests. Where there is none, or no axe-core, the tests are left out and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser.</summary>
    public IBrowser Browser
    {
        get
        {
            Assert.SkipWhen(_browser is null, "Chromium is not installed: './medstreams test' installs it.");
            return _browser!;
        }
    }

    /// <summary>The script of axe-core.</summary>
    public static string Axe
    {
        get
        {
            var file = Path.Combine(Repository.Root, ".medstreams", "node-pages", "node_modules", "axe-core", "axe.min.js");
            Assert.SkipUnless(File.Exists(file), "axe-core is not installed: './medstreams test' installs it.");
            return File.ReadAllText(file);
        }
    }

    /// <summary>What axe-core finds in a page, as sentences.</summary>
    /// <param name="page">The page.</param>
    /// <param name="rule">The one rule to be tried; null: all.</param>
    public static async Task<IReadOnlyList<string>> FindingsAsync(IPage page, string? rule = null)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync(Axe);
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async rule => (await axe.run({ resultTypes: ['violations'], ...(rule && { runOnly: [rule] }) })).violations
              .map(one => `${location.hash} ${one.id}: ${one.help}: ${one.nodes.map(node => node.target).slice(0, 4).join(', ')}`)
            """,
            rule);
        return [.. found.EnumerateArray().Select(f => f.GetString()!)];
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Array.Find(Programs, File.Exists) is not { } program)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
