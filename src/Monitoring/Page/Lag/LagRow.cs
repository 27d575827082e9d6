using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Page;

/// <summary>A partition of a group, as the page shows it.</summary>
internal sealed record LagRow(
    string Cluster,
    string Group,
    string Topic,
    int Partition,
    PartitionStatus Status,
    long? Lag,
    double? Seconds,
    long? Committed,
    long? End,
    string Owner,
    string ClientId)
{
    /// <summary>What does worst, or lags most, first.</summary>
    public static Comparison<LagRow> WorstFirst { get; } = static (a, b) =>
        (b.Status, b.Lag ?? 0).CompareTo((a.Status, a.Lag ?? 0)) is var order and not 0 ? order
        : string.CompareOrdinal(a.Group, b.Group) is var group and not 0 ? group
        : string.CompareOrdinal(a.Topic, b.Topic) is var topic and not 0 ? topic
        : a.Partition.CompareTo(b.Partition);

    public static IEnumerable<LagRow> Of(BoardGroup group) => group.Report.Partitions.Select(p => new LagRow(
        group.Cluster,
        group.Report.Group,
        p.Verdict.Topic,
        p.Verdict.Partition,
        p.Verdict.Status,
        p.Lag,
        BoardGroup.SecondsOf(p.Behind),
        p.Committed,
        p.End,
        p.Verdict.Owner,
        p.Verdict.ClientId));
}
