using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Page;

/// <summary>How the groups do, by group and topic, and which partitions do worst. Ten thousand partitions are not told one by one: <see cref="LagRows"/> is.</summary>
internal sealed class LagPart(LagBoard board) : IPagePart
{
    private const int MostWorst = 20;

    public string Name => "lag";

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var groups = board.Groups();
        var worst = groups.SelectMany(LagRow.Of).Where(r => r.Status != PartitionStatus.Ok || r.Lag > 0).ToList();
        worst.Sort(LagRow.WorstFirst);
        return new(new
        {
            Counts = new
            {
                Ok = groups.Count(g => g.Report.Status == GroupStatus.Ok),
                Warn = groups.Count(g => g.Report.Status == GroupStatus.Warn),
                Err = groups.Count(g => g.Report.Status == GroupStatus.Err),
            },
            Lag = groups.Sum(g => g.Report.Lag),
            Partitions = groups.Sum(g => g.Report.Partitions.Count),
            Groups = groups.Select(g => new
            {
                g.Cluster,
                g.Report.Group,
                g.Report.Status,
                g.Report.Members,
                g.Report.Lag,
                g.Seconds,
                Partitions = g.Report.Partitions.Count,
                Topics = g.Report.Partitions.GroupBy(p => p.Verdict.Topic, StringComparer.Ordinal).Select(Topic),
            }),
            Worst = worst.Take(MostWorst),
        });
    }

    private static object Topic(IGrouping<string, PartitionReport> topic) => new
    {
        Topic = topic.Key,
        Status = topic.Max(p => p.Verdict.Status),
        Lag = topic.Sum(p => p.Lag ?? 0),
        Seconds = topic.Any(p => p is { Lag: > 0, Behind: null }) ? null : BoardGroup.SecondsOf(topic.Max(p => p.Behind ?? TimeSpan.Zero)),
        Partitions = topic.Count(),
    };
}
