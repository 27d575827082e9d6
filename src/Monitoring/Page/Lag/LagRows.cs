namespace MedStreams.Monitoring.Page;

/// <summary><c>GET /api/lag</c>: partitions of groups, worst first, a page at a time.</summary>
internal sealed class LagRows(LagBoard board) : IPageResource
{
    private const int DefaultCount = 100;
    private const int MostRows = 1000;

    public string Pattern => "lag";

    public ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var (from, count) = (request.Number("from", 0), request.Number("count", DefaultCount, 1, MostRows));
        var rows = board.Groups()
            .Where(g => Is(request, "cluster", g.Cluster) && Is(request, "group", g.Report.Group))
            .SelectMany(LagRow.Of)
            .Where(r => Is(request, "topic", r.Topic) && Is(request, "status", r.Status.ToString()))
            .ToList();
        rows.Sort(LagRow.WorstFirst);
        return new(PageReply.Json(new { Total = rows.Count, From = from, Rows = rows.Skip((int)Math.Min(from, int.MaxValue)).Take((int)count) }));
    }

    private static bool Is(PageRequest request, string name, string value) =>
        request.Find(name) is not { } wanted || value.Equals(wanted, StringComparison.OrdinalIgnoreCase);
}
