namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>
/// Writes reports as CSV (RFC 4180, comma, UTF-8, lines end with CR LF). Every line begins with its table's name; each table has a line of columns, and an empty line
/// stands between two tables.
/// </summary>
public static class CsvReport
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(",\"\r\n");

    /// <summary>Writes all tables.</summary>
    public static async Task WriteAsync(ReportDocument report, TextWriter to, CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < report.Tables.Count; i++)
        {
            if (i > 0)
                await to.WriteAsync("\r\n");
            await WriteAsync(report.Tables[i], to, cancellationToken);
        }
    }

    /// <summary>Writes one table, with its line of columns.</summary>
    public static async Task WriteAsync(ReportTable table, TextWriter to, CancellationToken cancellationToken = default)
    {
        await WriteLineAsync(to, table.Columns.Prepend("table"), cancellationToken);
        await foreach (var row in table.Rows.WithCancellation(cancellationToken))
            await WriteLineAsync(to, row.Prepend(table.Name), cancellationToken);
    }

    private static Task WriteLineAsync(TextWriter to, IEnumerable<object?> cells, CancellationToken stop) =>
        to.WriteAsync((string.Join(',', cells.Select(Cell)) + "\r\n").AsMemory(), stop);

    private static string Cell(object? cell)
    {
        var text = Cells.ForPrograms(cell);

        // A spreadsheet would run it.
        if (cell is string && text.Length > 0 && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal))
            text = "'" + text;
        return text.AsSpan().ContainsAny(Special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
