using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Page;

/// <summary>What a page shows of groups that are watched: clusters, lag, its trend, and reports.</summary>
public static class LagPage
{
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(5);

    /// <summary>Shows them.</summary>
    /// <param name="watches">The clusters; they are somebody else's to end.</param>
    /// <param name="clock">Tells the present.</param>
    public static PageContent Of(IReadOnlyList<ClusterWatch> watches, TimeProvider clock)
    {
        var board = new LagBoard(watches, clock);
        var interval = watches.Select(w => w.Cluster.OffsetRefresh).Append(LeastInterval).Max();
        var trend = new LagTrend(board, interval, clock);
        return new PageContent { Parts = [new ClusterPart(watches, clock), new LagPart(board), trend], Resources = [new LagRows(board), trend], Reports = [new LagTable(board)] };
    }
}
