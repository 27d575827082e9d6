using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Page;

/// <summary>How all groups that are watched do, worked out once for all that ask within a moment. Safe for use by several threads.</summary>
internal sealed class LagBoard(IReadOnlyList<ClusterWatch> watches, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(900);
    private readonly Lock _lock = new();
    private IReadOnlyList<BoardGroup>? _groups;
    private long _at;

    /// <summary>The groups, by cluster and name.</summary>
    public IReadOnlyList<BoardGroup> Groups()
    {
        lock (_lock)
        {
            if (_groups is null || clock.GetElapsedTime(_at) >= Fresh)
            {
                _groups =
                [
                    .. watches.SelectMany(w => w.Book.Groups.Select(g => new BoardGroup(w.Cluster.Name, w.Report(g)))).Where(g => g.Report.Status != GroupStatus.NotFound),
                ];
                _at = clock.GetTimestamp();
            }

            return _groups;
        }
    }
}

/// <summary>A group of a cluster.</summary>
internal sealed record BoardGroup(string Cluster, GroupReport Report)
{
    /// <summary>The longest wait of a record, in seconds; null where it is not known.</summary>
    public double? Seconds => SecondsOf(Report.Behind);

    public static double? SecondsOf(TimeSpan? behind) => behind is { } time ? Math.Round(time.TotalSeconds, 1) : null;
}
