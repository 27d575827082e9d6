namespace MedStreams.Monitoring.Page;

/// <summary>
/// How the lag of groups went: a point for each group every few seconds, the last 360 of them, for 1,000 groups at most. As a part it tells the newest points,
/// under <c>GET /api/lag/trend</c> all of some groups. Safe for use by several threads.
/// </summary>
internal sealed class LagTrend(LagBoard board, TimeSpan interval, TimeProvider clock) : IPagePart, IPageResource
{
    private const int Points = 360;
    private const int MostGroups = 1000;
    private const int Shown = 50;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Cluster, string Group), Queue<Point>> _rings = [];
    private object? _newest;
    private long? _lookedAt;

    public string Name => "lagTrend";

    public bool IsReadAlways => true;

    public string Pattern => "lag/trend";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_lookedAt is { } last && clock.GetElapsedTime(last) < interval)
            return new(_newest);
        _lookedAt = clock.GetTimestamp();
        var groups = board.Groups();
        var now = clock.GetUtcNow();
        Note(groups, now.ToUnixTimeSeconds());
        return new(_newest = new
        {
            At = now,
            Points = groups.OrderByDescending(g => g.Report.Lag).Take(Shown).Select(g => new { g.Cluster, g.Report.Group, g.Report.Lag, g.Seconds }).ToList(),
        });
    }

    public ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken)
    {
        var top = (int)request.Number("top", 10, 1, Shown);
        var (cluster, group) = (request.Find("cluster"), request.Find("group"));
        lock (_lock)
        {
            var rings = _rings.Where(r => (cluster is null || r.Key.Cluster == cluster) && (group is null || r.Key.Group == group))
                .OrderByDescending(r => r.Value.Last().Lag).Take(top);
            return new(PageReply.Json(new
            {
                IntervalSeconds = interval.TotalSeconds,
                Series = rings.Select(r => new
                {
                    r.Key.Cluster,
                    r.Key.Group,
                    At = r.Value.Select(p => p.At),
                    Lag = r.Value.Select(p => p.Lag),
                    Seconds = r.Value.Select(p => p.Seconds),
                }),
            }));
        }
    }

    private void Note(IReadOnlyList<BoardGroup> groups, long now)
    {
        lock (_lock)
        {
            foreach (var group in groups)
            {
                var key = (group.Cluster, group.Report.Group);
                if (!_rings.TryGetValue(key, out var ring))
                {
                    if (_rings.Count >= MostGroups)
                        continue;
                    _rings.Add(key, ring = new Queue<Point>(Points));
                }

                if (ring.Count == Points)
                    ring.Dequeue();
                ring.Enqueue(new Point(now, group.Report.Lag, group.Seconds));
            }

            var oldest = now - (long)(interval.TotalSeconds * Points);
            foreach (var (gone, _) in _rings.Where(r => r.Value.Last().At < oldest).ToList())
                _rings.Remove(gone);
        }
    }

    private readonly record struct Point(long At, long Lag, double? Seconds);
}
