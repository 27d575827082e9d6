namespace MedStreams.Monitoring.Page;

/// <summary><c>GET /api/reports</c>: which reports there are.</summary>
internal sealed class ReportList(IReadOnlyList<IPageReport> reports) : IPageResource
{
    public string Pattern => "reports";

    public ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken) =>
        new(PageReply.Json(reports.Select(r => new { r.Name, r.Title })));
}

/// <summary><c>GET /api/reports/{name}</c>: a report as a document, or for a spreadsheet.</summary>
internal sealed class ReportPage(IReadOnlyList<IPageReport> reports, string of, TimeProvider clock) : IPageResource
{
    public string Pattern => "reports/{name}";

    public async ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var name = request.Text("name");
        if (reports.FirstOrDefault(r => r.Name == name) is not { } report)
            return PageReply.NotFound("There is no such report.");
        var at = clock.GetUtcNow();
        return request.Find("format") switch
        {
            "csv" => PageReply.Csv(ReportText.Csv(await report.ReadAsync(cancellationToken)), $"{name}-{at.UtcDateTime:yyyyMMdd-HHmmss}.csv"),
            null or "html" => PageReply.Html(ReportText.Html(report.Title, of, at, await report.ReadAsync(cancellationToken))),
            _ => throw new PageRequestException("format must be html or csv."),
        };
    }
}
