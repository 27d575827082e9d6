namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>Writes reports as text, in columns; lines end with a line feed.</summary>
public static class TextReport
{
    private const int Measured = 500; // rows that decide how wide columns are
    private const int Widest = 70;

    /// <summary>Writes a report.</summary>
    public static async Task WriteAsync(ReportDocument report, TextWriter to, CancellationToken cancellationToken = default)
    {
        await to.WriteAsync($"{report.Title}\n{report.Verdict}\n\n");
        var width = report.Facts.Count == 0 ? 0 : report.Facts.Max(f => f.Name.Length);
        foreach (var (name, value) in report.Facts)
            await to.WriteAsync($"{name.PadRight(width)}  {value}\n");
        foreach (var table in report.Tables)
            await WriteAsync(table, to, cancellationToken);
    }

    private static async Task WriteAsync(ReportTable table, TextWriter to, CancellationToken stop)
    {
        await to.WriteAsync($"\n{table.Title}\n");
        var held = new List<IReadOnlyList<object?>>();
        int[]? widths = null;
        await foreach (var row in table.Rows.WithCancellation(stop))
        {
            if (widths is not null)
                await WriteRowAsync(row, widths, to);
            else
                held.Add(row);
            if (held.Count == Measured)
                widths = await FlushAsync(table, held, to);
        }

        if (widths is null && held.Count > 0)
            await FlushAsync(table, held, to);
        else if (widths is null)
            await to.WriteAsync($"  {table.WhenEmpty}\n");
    }

    private static async Task<int[]> FlushAsync(ReportTable table, List<IReadOnlyList<object?>> rows, TextWriter to)
    {
        var widths = table.Columns.Select((c, i) => Math.Min(Widest, Math.Max(c.Length, rows.Max(r => Cells.ForPeople(r[i]).Length)))).ToArray();
        var header = table.Columns.Select((c, i) => rows.Exists(r => Cells.IsNumber(r[i])) ? c.PadLeft(widths[i]) : c.PadRight(widths[i]));
        await to.WriteAsync($"  {string.Join("  ", header).TrimEnd()}\n");
        foreach (var row in rows)
            await WriteRowAsync(row, widths, to);
        rows.Clear();
        return widths;
    }

    private static Task WriteRowAsync(IReadOnlyList<object?> row, int[] widths, TextWriter to)
    {
        var cells = row.Select((c, i) => Cells.IsNumber(c) ? Cells.ForPeople(c).PadLeft(widths[i]) : Cells.Printable(Cells.ForPeople(c)).PadRight(widths[i]));
        return to.WriteAsync($"  {string.Join("  ", cells).TrimEnd()}\n");
    }
}
