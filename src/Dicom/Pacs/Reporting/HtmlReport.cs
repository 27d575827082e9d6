using System.Net;

namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>
/// Writes reports as one HTML page: no script, nothing fetched, light and dark as the reader's system has it, fit to be printed, tables with captions and header cells for
/// those who hear it (WCAG 2.1 AA).
/// </summary>
public static class HtmlReport
{
    private const string Style =
        """
        :root { color-scheme: light dark; --ink: #1a1c1e; --paper: #ffffff; --faint: #5b6167; --line: #d5d9dd; --stripe: #f4f6f8; --good: #0b6b3a; --bad: #a3211b; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e8ea; --paper: #16181a; --faint: #a3abb2; --line: #3a4046; --stripe: #1e2124; --good: #6fd39d; --bad: #ff9a92; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
        .verdict { border-left: .35rem solid var(--bad); color: var(--bad); font-weight: 600; margin: 0 0 1.5rem; padding: .4rem .8rem; }
        .verdict.good { border-color: var(--good); color: var(--good); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0 0 1.5rem; }
        dt { color: var(--faint); }
        dd { margin: 0; }
        .table { margin: 0 0 2rem; overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        caption { font-size: 1.2rem; font-weight: 600; padding: .3rem 0; text-align: left; }
        th, td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; padding: .25rem .8rem; text-align: left; vertical-align: top; }
        tbody tr:nth-child(even) { background: var(--stripe); }
        tbody th { font-weight: 500; }
        .number { text-align: right; white-space: nowrap; }
        .empty { color: var(--faint); }
        @media print {
          :root { color-scheme: light; --ink: #000; --paper: #fff; --faint: #444; --line: #999; --stripe: #fff; --good: #000; --bad: #000; }
          body { max-width: none; padding: 0; font-size: 9pt; }
          thead { display: table-header-group; }
          tr { break-inside: avoid; }
          .table { overflow: visible; }
        }
        """;

    /// <summary>Writes a report.</summary>
    public static async Task WriteAsync(ReportDocument report, TextWriter to, CancellationToken cancellationToken = default)
    {
        await to.WriteAsync(
            $"""
             <!DOCTYPE html>
             <html lang="en">
             <head>
             <meta charset="utf-8">
             <meta name="viewport" content="width=device-width, initial-scale=1">
             <title>{Text(report.Title)}</title>
             <style>
             {Style}
             </style>
             </head>
             <body>
             <main>
             <h1>{Text(report.Title)}</h1>
             <p class="verdict{(report.IsGood ? " good" : "")}">{Text(report.Verdict)}</p>
             <dl>

             """);
        foreach (var (name, value) in report.Facts)
            await to.WriteAsync($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>\n");
        await to.WriteAsync("</dl>\n");
        foreach (var table in report.Tables)
            await WriteAsync(table, to, cancellationToken);
        await to.WriteAsync("</main>\n</body>\n</html>\n");
    }

    private static async Task WriteAsync(ReportTable table, TextWriter to, CancellationToken stop)
    {
        var isOpen = false;
        await foreach (var row in table.Rows.WithCancellation(stop))
        {
            if (!isOpen)
                await OpenAsync(table, row, to);
            isOpen = true;
            await to.WriteAsync($"<tr>{string.Concat(row.Select(Cell))}</tr>\n");
        }

        await to.WriteAsync(isOpen
            ? "</tbody>\n</table>\n</div>\n"
            : $"<h2>{Text(table.Title)}</h2>\n<p class=\"empty\">{Text(table.WhenEmpty)}</p>\n");
    }

    /// <summary>Who cannot use a mouse moves a wide table by its focus.</summary>
    private static Task OpenAsync(ReportTable table, IReadOnlyList<object?> first, TextWriter to)
    {
        var columns = table.Columns.Select((c, i) => $"<th scope=\"col\"{(Cells.IsNumber(first[i]) ? " class=\"number\"" : "")}>{Text(c)}</th>");
        return to.WriteAsync(
            $"""
             <div class="table" role="region" aria-labelledby="{table.Name}" tabindex="0">
             <table>
             <caption id="{table.Name}">{Text(table.Title)}</caption>
             <thead><tr>{string.Concat(columns)}</tr></thead>
             <tbody>

             """);
    }

    private static string Cell(object? cell, int column) =>
        column == 0 ? $"<th scope=\"row\">{Text(Cells.ForPeople(cell))}</th>"
        : Cells.IsNumber(cell) ? $"<td class=\"number\">{Cells.ForPeople(cell)}</td>"
        : $"<td>{Text(Cells.ForPeople(cell))}</td>";

    private static string Text(string text) => WebUtility.HtmlEncode(Cells.Printable(text));
}
