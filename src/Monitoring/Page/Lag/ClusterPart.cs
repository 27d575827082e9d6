using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Page;

/// <summary>Which clusters are watched, and whether they answer.</summary>
internal sealed class ClusterPart(IReadOnlyList<ClusterWatch> watches, TimeProvider clock) : IPagePart
{
    private readonly (bool IsReachable, DateTimeOffset Since)[] _seen = [.. watches.Select(w => (w.IsReachable, clock.GetUtcNow()))];

    public string Name => "cluster";

    public bool IsReadAlways => true;

    public ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _seen.Length; i++)
        {
            if (watches[i].IsReachable != _seen[i].IsReachable)
                _seen[i] = (watches[i].IsReachable, clock.GetUtcNow());
        }

        return new(watches.Select((w, i) => new
        {
            w.Cluster.Name,
            w.Cluster.Servers,
            _seen[i].IsReachable,
            _seen[i].Since,
            w.HasCaughtUp,
            Groups = w.Book.Groups.Count,
            Partitions = w.Book.PartitionCount,
        }).ToList());
    }
}
