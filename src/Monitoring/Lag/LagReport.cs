namespace MedStreams.Monitoring.Lag;

/// <summary>A partition of a group as a scan found it.</summary>
/// <param name="Verdict">Topic, partition, status, window, owner.</param>
/// <param name="Committed">The next offset that the group will read; null where it has committed none.</param>
/// <param name="End">The offset after the last record that readers of committed records may see; null where the partition does not exist any more.</param>
/// <param name="Lag">Records that are there and not committed; null where nothing is committed, or the partition is gone.</param>
/// <param name="Lost">Records behind the commit that retention took before the group read them.</param>
/// <param name="Behind">How long the next uncommitted record has waited, by its own time; zero without a lag, null where it could not be seen.</param>
public sealed record PartitionReport(PartitionLag Verdict, long? Committed, long? End, long? Lag, long Lost, TimeSpan? Behind);

/// <summary>A group as a scan found it.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Members">How many members its last generation had.</param>
/// <param name="Status">The worst of its partitions.</param>
/// <param name="Partitions">By topic and partition.</param>
public sealed record GroupReport(string Group, int Members, GroupStatus Status, IReadOnlyList<PartitionReport> Partitions)
{
    /// <summary>The sum over its partitions.</summary>
    public long Lag => Partitions.Sum(p => p.Lag ?? 0);

    /// <summary>The longest wait of a record; null where one of those that wait could not be seen.</summary>
    public TimeSpan? Behind => Partitions.Any(p => p is { Lag: > 0, Behind: null })
        ? null
        : Partitions.Select(p => p.Behind ?? TimeSpan.Zero).DefaultIfEmpty().Max();
}
