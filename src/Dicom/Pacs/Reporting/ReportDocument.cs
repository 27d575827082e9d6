namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>A report before it is written as text, CSV or HTML: what it says, a few facts, and tables.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Verdict">What it comes to, in one sentence.</param>
/// <param name="IsGood">Whether that is what was wished for.</param>
/// <param name="Facts">Names and values.</param>
/// <param name="Tables">Its tables.</param>
public sealed record ReportDocument(
    string Title, string Verdict, bool IsGood, IReadOnlyList<(string Name, string Value)> Facts, IReadOnlyList<ReportTable> Tables);

/// <summary>A table of a report, of any length: its rows are read once each time it is written.</summary>
/// <param name="Name">What names it for programs: lower case, no blanks.</param>
/// <param name="Title">Its caption.</param>
/// <param name="Columns">The names of its columns.</param>
/// <param name="Rows">Its rows: texts, numbers, days, or null where there is nothing to say. The first cell names the row.</param>
/// <param name="WhenEmpty">What stands there when it has no rows.</param>
public sealed record ReportTable(
    string Name, string Title, IReadOnlyList<string> Columns, IAsyncEnumerable<IReadOnlyList<object?>> Rows, string WhenEmpty)
{
    /// <summary>A table of rows that are at hand.</summary>
    public static ReportTable Of(string name, string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows, string whenEmpty) =>
        new(name, title, columns, rows.ToAsyncEnumerable(), whenEmpty);
}

/// <summary>As what a report is written.</summary>
public enum ReportFormat
{
    /// <summary>Text for a terminal.</summary>
    Text,

    /// <summary>JSON, for programs.</summary>
    Json,

    /// <summary>CSV (RFC 4180), for spreadsheets.</summary>
    Csv,

    /// <summary>One HTML page that needs nothing else.</summary>
    Html,
}
