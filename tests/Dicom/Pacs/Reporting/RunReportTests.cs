using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Tests.Pacs.Reporting;

/// <summary>What a run's report says, in all its forms.</summary>
public sealed class RunReportTests
{
    private static readonly DateOnly Day = new(2020, 1, 2);

    [Fact]
    public void S3_12_Days_departments_and_total_agree()
    {
        var report = Report();
        Assert.Equal(new ReportedAmount(1_234 + 5 + 2 + 1, 5_100, 51_000), report.Total.Expected);
        Assert.Equal(new ReportedAmount(1_234, 5_000, 50_000), report.Total.Migrated);
        Assert.Equal(new ReportedAmount(5, 60, 600), report.Total.Skipped);
        Assert.Equal(2, report.Total.Failed.Studies);
        Assert.Equal(1, report.Total.Open.Studies);
        Assert.Equal([Day, Day.AddDays(1), null], report.Days.Select(d => d.Key));
        Assert.Equal(["", "RADIOLOGY", "ULTRASOUND"], report.Departments.Select(d => d.Key));
        Assert.Equal(report.Total, report.Days.Aggregate(default(ReportedAmounts), (sum, d) => sum + d.Amounts));
        Assert.Equal(report.Total, report.Departments.Aggregate(default(ReportedAmounts), (sum, d) => sum + d.Amounts));
        Assert.False(report.IsProven);
    }

    [Fact]
    public void S3_12_A_run_is_proven_only_when_nothing_is_open_failed_different_or_kept_back()
    {
        ReportedCell[] good = [new(Day, "R", ReportedState.Migrated, 3, 9, 90, 9, 90), new(Day, "R", ReportedState.Skipped, 1, 2, 20, 0, 0)];
        Assert.True(Of(good).IsProven);
        Assert.False(Of([.. good, new(Day, "R", ReportedState.Open, 1, 0, 0, 0, 0)]).IsProven);
        Assert.False(Of([.. good, new(Day, "R", ReportedState.Failed, 1, 0, 0, 0, 0)]).IsProven);
        Assert.False(Of([new(Day, "R", ReportedState.Migrated, 3, 9, 90, 8, 90)]).IsProven);
        Assert.False(Of([new(Day, "R", ReportedState.Migrated, 3, 9, 90, 9, 91)]).IsProven);
        Assert.False(Of(good, differences: [new StudyDifference("1.2", StudyDifferenceKind.Missing)]).IsProven);
        Assert.False(Of(good, alarms: ["cut"]).IsProven);
        Assert.False(Of(good, isEnumerated: false).IsProven);
        Assert.StartsWith("Complete: all 4 studies are in the target, 1 of them from before", ReportDocuments.Of(Of(good)).Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3_12_As_text_it_can_be_read_in_a_terminal()
    {
        var text = new StringWriter();
        await TextReport.WriteAsync(ReportDocuments.Of(Report()), text, TestContext.Current.CancellationToken);
        var lines = text.ToString().Split('\n');
        Assert.Equal("Migration first: OLD to NEW <1>", lines[0]);
        Assert.Equal("Not complete: 1 studies are open, 2 have failed, 3 differ, the source may have kept some back.", lines[1]);
        Assert.Contains(lines, l => l.StartsWith("  All ", StringComparison.Ordinal) && l.Contains("1,242", StringComparison.Ordinal) && l.EndsWith("600", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.TrimStart().StartsWith("2020-01-02", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("1.2.7", StringComparison.Ordinal) && l.Contains("refused, said \"no\", =1+1", StringComparison.Ordinal));
        Assert.DoesNotContain(text.ToString(), c => char.IsControl(c) && c != '\n');
        Assert.All(lines, l => Assert.Equal(l.TrimEnd(), l));
    }

    [Fact]
    public async Task S3_12_As_CSV_every_table_can_be_read_back()
    {
        var text = new StringWriter();
        await CsvReport.WriteAsync(ReportDocuments.Of(Report()), text, TestContext.Current.CancellationToken);
        var rows = Csv(text.ToString());
        Assert.Equal(["total", "departments", "days", "failures", "differences", "alarms"], rows.Where(r => r.Length > 1).Select(r => r[0]).Where(n => n != "table").Distinct());
        var total = rows.Single(r => r[0] == "total");
        Assert.Equal("1242", total[2]);
        Assert.Equal(3, rows.Count(r => r[0] == "days"));
        var failure = rows.First(r => r[0] == "failures");
        Assert.Equal("1.2.7", failure[1]);
        Assert.Equal("refused, said \"no\", =1+1", failure[6]);
        Assert.StartsWith("'=", rows.Last(r => r[0] == "failures")[6], StringComparison.Ordinal);
        Assert.All(rows.Where(r => r.Length > 1), r => Assert.Equal(rows.Last(h => h[0] == "table" && Array.IndexOf([.. rows], h) <= Array.IndexOf([.. rows], r)).Length, r.Length));
    }

    [Fact]
    public async Task S3_12_As_JSON_it_has_the_members_that_are_documented()
    {
        var bytes = new MemoryStream();
        await JsonReport.WriteAsync(Report(), bytes, TestContext.Current.CancellationToken);
        var json = JsonDocument.Parse(bytes.ToArray()).RootElement;
        Assert.Equal(JsonReport.RunSchema, json.GetProperty("schema").GetString());
        Assert.False(json.GetProperty("isProven").GetBoolean());
        Assert.Equal("OLD", json.GetProperty("run").GetProperty("source").GetString());
        Assert.Equal("Digests", json.GetProperty("run").GetProperty("level").GetString());
        Assert.Equal(1_242, json.GetProperty("total").GetProperty("expected").GetProperty("studies").GetInt64());
        Assert.Equal(600, json.GetProperty("total").GetProperty("skipped").GetProperty("bytes").GetInt64());
        Assert.Equal(["2020-01-02", "2020-01-03", null], json.GetProperty("days").EnumerateArray().Select(d => d.GetProperty("key").GetString()));
        Assert.Equal("1.2.7", json.GetProperty("failures")[0].GetProperty("studyInstanceUid").GetString());
        Assert.Equal("Digest", json.GetProperty("differences")[1].GetProperty("objects")[0].GetProperty("kind").GetString());
        Assert.Equal(1, json.GetProperty("alarms").GetArrayLength());
    }

    [Fact]
    public async Task S3_12_As_HTML_it_is_one_well_formed_page_without_script_whose_tables_name_their_cells()
    {
        var text = new StringWriter();
        await HtmlReport.WriteAsync(ReportDocuments.Of(Report()), text, TestContext.Current.CancellationToken);
        var html = text.ToString();
        var page = XDocument.Parse(html.Replace("<!DOCTYPE html>\n", "", StringComparison.Ordinal).Replace("\">\n<meta", "\"/>\n<meta", StringComparison.Ordinal).Replace("initial-scale=1\">", "initial-scale=1\"/>", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("NEW &lt;1&gt;", html, StringComparison.Ordinal);
        Assert.Equal("en", page.Root!.Attribute("lang")!.Value);
        var tables = page.Descendants("table").ToList();
        Assert.Equal(6, tables.Count);
        Assert.All(tables, t =>
        {
            Assert.Single(t.Elements("caption"));
            var columns = t.Element("thead")!.Descendants("th").ToList();
            Assert.All(columns, c => Assert.Equal("col", c.Attribute("scope")!.Value));
            Assert.All(t.Element("tbody")!.Elements("tr"), r =>
            {
                Assert.Equal(columns.Count, r.Elements().Count());
                Assert.Equal("row", r.Elements().First().Attribute("scope")!.Value);
            });
        });
        Assert.Contains("1,242", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_of_a_comparison_is_written_in_all_forms()
    {
        var summary = new DifferenceSummary
        {
            First = "OLD",
            Second = "NEW",
            Level = VerificationLevel.Digests,
            StartedAt = DateTimeOffset.UnixEpoch,
            EndedAt = DateTimeOffset.UnixEpoch.AddHours(1),
            Studies = 10_000,
            Equal = 9_997,
            Missing = 1,
            Different = 2,
        };
        var document = ReportDocuments.Of(summary, Differences.ToAsyncEnumerable());
        Assert.Equal("Not equal: of 10,000 studies 1 are missing, 0 extra, 2 different, 0 unknown.", document.Verdict);
        var (text, csv, html, json) = (new StringWriter(), new StringWriter(), new StringWriter(), new MemoryStream());
        await TextReport.WriteAsync(document, text, TestContext.Current.CancellationToken);
        await CsvReport.WriteAsync(document, csv, TestContext.Current.CancellationToken);
        await HtmlReport.WriteAsync(document, html, TestContext.Current.CancellationToken);
        await JsonReport.WriteAsync(summary, Differences.ToAsyncEnumerable(), json, TestContext.Current.CancellationToken);
        foreach (var written in (string[])[text.ToString(), csv.ToString(), html.ToString()])
        {
            Assert.Contains("1.2.8.1", written, StringComparison.Ordinal);
            Assert.Contains("other content", written, StringComparison.Ordinal);
            Assert.Contains("PatientID AccessionNumber", written, StringComparison.Ordinal);
        }

        var root = JsonDocument.Parse(json.ToArray()).RootElement;
        Assert.Equal(JsonReport.DifferenceSchema, root.GetProperty("schema").GetString());
        Assert.Equal(3, root.GetProperty("differences").GetArrayLength());
        Assert.Equal(9_997, root.GetProperty("summary").GetProperty("equal").GetInt64());
    }

    private static readonly StudyDifference[] Differences =
    [
        new("1.2.7", StudyDifferenceKind.Missing) { Department = "RADIOLOGY", StudyDate = Day },
        new("1.2.8", StudyDifferenceKind.Different)
        {
            Objects = [new ObjectDifference("1.2.8.1", DifferenceKind.Digest, new ObjectDigest("aa", 10), new HeldObject("1.2.8.1", 10, "bb"))],
        },
        new("1.2.9", StudyDifferenceKind.Different) { Attributes = ["PatientID", "AccessionNumber"] },
    ];

    private static RunReport Report() => Of(
        [
            new(Day, "RADIOLOGY", ReportedState.Migrated, 1_234, 5_000, 50_000, 5_000, 50_000),
            new(Day.AddDays(1), "ULTRASOUND", ReportedState.Skipped, 5, 60, 600, 0, 0),
            new(Day, "ULTRASOUND", ReportedState.Failed, 2, 40, 400, 3, 30),
            new(null, "", ReportedState.Open, 1, 0, 0, 0, 0),
        ],
        [
            new ReportedFailure("1.2.7", "ULTRASOUND", Day, 3, "Refused", "refused, said \"no\", =1+1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMinutes(1)),
            new ReportedFailure("1.2.8", "ULTRASOUND", null, 3, "Missing", "=cmd\u0007", null, null),
        ],
        Differences,
        ["a limit of results was reached"]);

    private static RunReport Of(
        IReadOnlyCollection<ReportedCell> cells,
        IReadOnlyList<ReportedFailure>? failures = null,
        IReadOnlyList<StudyDifference>? differences = null,
        IReadOnlyList<string>? alarms = null,
        bool isEnumerated = true) =>
        new(
            new ReportedRun
            {
                Name = "first",
                Source = "OLD",
                Target = "NEW <1>",
                FirstDay = Day,
                LastDay = Day.AddDays(9),
                Level = VerificationLevel.Digests,
                StartedAt = DateTimeOffset.UnixEpoch,
                ReportedAt = DateTimeOffset.UnixEpoch.AddDays(1),
                IsEnumerated = isEnumerated,
            },
            cells,
            failures ?? [],
            differences ?? [],
            alarms ?? []);

    /// <summary>RFC 4180, as a reader of its own.</summary>
    private static List<string[]> Csv(string text)
    {
        var (rows, row, cell, isQuoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"')
                cell.Append(text[i++]);
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && (text[i] == ',' || text[i] == '\n'))
            {
                row.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (text[i] == '\n')
                {
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
            else
                cell.Append(text[i]);
        }

        return rows;
    }
}
