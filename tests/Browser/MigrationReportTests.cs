using System.Globalization;
using System.Text;
using MedStreams.Dicom.Pacs.Reporting;
using Microsoft.Playwright;

namespace MedStreams.Browser.Tests;

/// <summary>The report of a migration as a page, as a browser has it.</summary>
public sealed class MigrationReportTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light, true)]
    [InlineData(ColorScheme.Light, false)]
    [InlineData(ColorScheme.Dark, false)]
    public async Task S3_12_The_page_keeps_nobody_out_by_day_or_by_night(ColorScheme scheme, bool isGood)
    {
        await using var context = await chromium.Browser.NewContextAsync(new() { ColorScheme = scheme });
        var page = await context.NewPageAsync();
        await page.SetContentAsync(await TextAsync(Report(isGood, 3)));
        Assert.Empty(await Chromium.FindingsAsync(page));
    }

    [Fact]
    public async Task S3_12_The_page_is_printed_whole_and_a_long_one_over_several_pages()
    {
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.SetContentAsync(await TextAsync(Report(isGood: false, 3)));
        var one = Pages(await page.PdfAsync(new() { Format = "A4" }));
        await page.SetContentAsync(await TextAsync(Report(isGood: false, 300)));
        var several = Pages(await page.PdfAsync(new() { Format = "A4" }));
        Assert.Equal(1, one);
        Assert.InRange(several, 4, 20);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Equal("visible", await page.EvaluateAsync<string>("() => getComputedStyle(document.querySelector('.table')).overflow"));
    }

    private static ReportDocument Report(bool isGood, int rows) => new(
        "Migration first: OLD to NEW <1>",
        isGood ? "Complete." : "Not complete.",
        isGood,
        [("Days", "2020-01-01 to 2020-12-31"), ("Started", "2021-01-01 08:00:00 UTC")],
        [
            ReportTable.Of("total", "Total", ["Of", "Expected studies", "Migrated"], [(object?[])["All", 12L, 11L]], "Nothing was expected."),
            ReportTable.Of(
                "failures",
                "Failures",
                ["Study", "Day", "Attempts", "Reason"],
                Enumerable.Range(0, rows).Select(i => (object?[])[string.Create(CultureInfo.InvariantCulture, $"1.2.826.0.1.{i}"), new DateOnly(2020, 1, 2), 3L, "refused, said \"no\" & <b>"]),
                "No study has failed."),
            ReportTable.Of("differences", "Differences", ["Study"], [], "None was found."),
        ]);

    private static async Task<string> TextAsync(ReportDocument report)
    {
        var page = new StringWriter();
        await HtmlReport.WriteAsync(report, page, Stop);
        return page.ToString();
    }

    private static int Pages(byte[] pdf) => Encoding.Latin1.GetString(pdf).Split("/Type /Page\n").Length - 1;
}
