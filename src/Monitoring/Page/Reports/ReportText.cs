using System.Globalization;
using System.Net;
using System.Text;

namespace MedStreams.Monitoring.Page;

/// <summary>Writes reports.</summary>
internal static class ReportText
{
    /// <summary>As RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe in front.</summary>
    public static string Csv(PageTable table)
    {
        var text = new StringBuilder();
        foreach (var row in table.Rows.Prepend([.. table.Columns]))
            text.AppendJoin(',', row.Select(CsvCell)).Append("\r\n");
        return text.ToString();
    }

    /// <summary>A document that can be printed; its style is the page's own.</summary>
    public static string Html(string title, string of, DateTimeOffset at, PageTable table)
    {
        var text = new StringBuilder($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Encode(title)} - {Encode(of)}</title>
            <link rel="stylesheet" href="{PageAssets.Own.Root}/open/base.css">
            <link rel="stylesheet" href="{PageAssets.Own.Root}/open/report.css">
            </head>
            <body>
            <main class="report">
            <h1>{Encode(title)}</h1>
            <p>{Encode(of)}, {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {table.Rows.Count} rows</p>
            <table>
            <thead><tr>
            """);
        foreach (var column in table.Columns)
            text.Append($"<th scope=\"col\">{Encode(column)}</th>");
        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            text.Append("<tr>");
            foreach (var cell in row)
                text.Append(IsNumber(cell) ? $"<td class=\"number\">{Cell(cell)}</td>" : $"<td>{Encode(Cell(cell))}</td>");
            text.Append("</tr>\n");
        }

        return text.Append("</tbody>\n</table>\n</main>\n</body>\n</html>\n").ToString();
    }

    private static string CsvCell(object? value)
    {
        var text = Cell(value);
        if (!IsNumber(value) && text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal))
            text = "'" + text;
        return text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static bool IsNumber(object? value) => value is int or long or double or decimal;

    private static string Cell(object? value) => value switch
    {
        null => "",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
