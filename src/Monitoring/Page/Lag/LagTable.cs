namespace MedStreams.Monitoring.Page;

/// <summary>The lag of all partitions of all groups, worst first.</summary>
internal sealed class LagTable(LagBoard board) : IPageReport
{
    public string Name => "lag";

    public string Title => "Lag of consumer groups";

    public ValueTask<PageTable> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = board.Groups().SelectMany(LagRow.Of).ToList();
        rows.Sort(LagRow.WorstFirst);
        return new(new PageTable(
            ["cluster", "group", "topic", "partition", "status", "lag", "seconds", "committed", "end", "owner"],
            [
                .. rows.Select(IReadOnlyList<object?> (r) =>
                    [r.Cluster, r.Group, r.Topic, r.Partition, r.Status.ToString().ToUpperInvariant(), r.Lag, r.Seconds, r.Committed, r.End, r.Owner]),
            ]));
    }
}
