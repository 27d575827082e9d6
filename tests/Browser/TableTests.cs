using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>Tables of any length.</summary>
public sealed class TableTests(Chromium chromium)
{
    [Fact]
    public async Task Ten_thousand_partitions_can_be_searched_sorted_and_scrolled()
    {
        await using var screen = await Screen.OpenAsync(chromium, new Scene { Partitions = 10_000 });
        await screen.ShowAsync("lag");
        var block = screen.Page.Locator("[data-view='lag'] .table-block").Last;
        var rows = block.Locator("tbody tr[aria-rowindex]");
        var table = block.Locator("table");
        await Assertions.Expect(table).ToHaveAttributeAsync("aria-rowcount", "10001");
        Assert.InRange(await rows.CountAsync(), 20, 100);
        await Assertions.Expect(rows.First).ToContainTextAsync("10,000");

        await block.GetByRole(AriaRole.Searchbox).FillAsync("topic-42");
        await Assertions.Expect(table).ToHaveAttributeAsync("aria-rowcount", "101");
        await block.GetByRole(AriaRole.Searchbox).FillAsync("");
        await block.GetByRole(AriaRole.Button, new() { Name = "Behind" }).ClickAsync();
        await Assertions.Expect(block.Locator("th[aria-sort='ascending']")).ToContainTextAsync("Behind");
        await Assertions.Expect(rows.First.Locator("td").Nth(3)).ToHaveTextAsync("1");

        await block.Locator(".table-scroll").EvaluateAsync("scroller => { scroller.scrollTop = scroller.scrollHeight; }");
        await Assertions.Expect(block.Locator("tr[aria-rowindex='10001']")).ToBeVisibleAsync();
        Assert.InRange(await rows.CountAsync(), 20, 100);
        Assert.InRange(await screen.Page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"), 1, 3000);
        Assert.Empty(screen.Complaints);
    }

    [Fact]
    public async Task A_table_is_saved_as_csv_that_no_spreadsheet_takes_for_formulas()
    {
        var scene = new Scene();
        scene.Change("increments", i => i["products"]![0]!["product"] = "=cmd|' /C calc'!A0, \"x\"");
        await using var screen = await Screen.OpenAsync(chromium, scene);
        await screen.ShowAsync("increments");
        var saved = await screen.Page.RunAndWaitForDownloadAsync(() => screen.Page.GetByRole(AriaRole.Button, new() { Name = "Products: download as CSV" }).ClickAsync());
        Assert.Equal("increments.csv", saved.SuggestedFilename);
        var lines = await File.ReadAllLinesAsync(await saved.PathAsync());
        Assert.Equal("Product,Newest window,In the window,Since the start,Events/s", lines[0]);
        Assert.StartsWith("\"'=cmd|' /C calc'!A0, \"\"x\"\"\",2026-11-22T03:12:00Z,30120,4530212,668.2", lines[1], StringComparison.Ordinal);
        Assert.Equal(5, lines.Length);
    }

    [Fact]
    public async Task Layouts_of_any_graph_keep_nodes_apart_and_edges_forward()
    {
        await using var screen = await Screen.OpenAsync(chromium);
        var faults = await screen.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const root = document.querySelector('script[type=module]').src.replace(/js\/page\.js$/, 'js/layout.js');
              const { layered } = await import(root);
              const faults = [];
              let seed = 7;
              const random = (below) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % below; };
              for (let round = 0; round < 150; round++) {
                const nodes = Array.from({ length: 1 + random(25) }, (_, id) => ({ id: `n${id}`, width: 40 + random(120), height: 20 + random(60) }));
                const isCyclic = round % 3 === 0;
                const edges = Array.from({ length: random(40) }, () => [random(nodes.length), random(nodes.length)])
                  .filter(([a, b]) => isCyclic || a < b).map(([a, b]) => ({ from: `n${a}`, to: `n${b}` }));
                const { places, routes, width, height } = layered(nodes, edges);
                const boxes = nodes.map((node) => ({ ...node, ...places.get(node.id) }));
                boxes.forEach((a, i) => {
                  if (!(a.x >= -0.01 && a.y >= -0.01 && a.x + a.width <= width + 0.01 && a.y + a.height <= height + 0.01)) faults.push(`${round}: ${a.id} is outside`);
                  boxes.slice(i + 1).forEach((b) => {
                    if (a.x < b.x + b.width - 0.01 && b.x < a.x + a.width - 0.01 && a.y < b.y + b.height - 0.01 && b.y < a.y + a.height - 0.01) faults.push(`${round}: ${a.id} covers ${b.id}`);
                  });
                });
                edges.forEach((edge, i) => {
                  if (edge.from !== edge.to && routes[i].length < 2) faults.push(`${round}: an edge is missing`);
                  if (!isCyclic && !routes[i].every((point, at) => at === 0 || point.x > routes[i][at - 1].x)) faults.push(`${round}: an edge goes back`);
                });
              }
              return faults;
            }
            """);
        Assert.Empty(faults);
    }
}
