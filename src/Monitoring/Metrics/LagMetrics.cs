using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Metrics;

/// <summary>How far groups are behind, under the names that the lag exporter's dashboards use.</summary>
internal static class LagMetrics
{
    public static void Write(Exposition text, IReadOnlyList<ClusterWatch> watches)
    {
        if (watches.Count == 0)
            return;
        WriteWatches(text, watches);
        WriteRanges(text, watches);
        var groups = watches.SelectMany(w => w.Book.Groups.Select(g => new Group(w, g, w.Evaluate(g)))).Where(g => g.Lag.Status != GroupStatus.NotFound).ToList();
        WriteGroups(text, groups);
        WritePartitions(text, groups);
    }

    private static void WriteWatches(Exposition text, IReadOnlyList<ClusterWatch> watches)
    {
        Each("medstreams_monitor_cluster_up", MetricKind.Gauge, "Whether the cluster was reached at the last look", static w => w.IsReachable && w.HasCaughtUp ? 1 : 0);
        Each("medstreams_monitor_look_seconds", MetricKind.Gauge, "How long the last look at all partitions took", static w => w.LastLook.TotalSeconds);
        Each("medstreams_monitor_groups", MetricKind.Gauge, "Groups that are known", static w => w.Book.Groups.Count);
        Each("medstreams_monitor_partitions", MetricKind.Gauge, "Partitions of groups that are known", static w => w.Book.PartitionCount);
        Each("medstreams_monitor_refused_total", MetricKind.Counter, "Commits that were not noted because as much as may be is kept", static w => w.Book.Refused);

        void Each(string name, MetricKind kind, string help, Func<ClusterWatch, double> value)
        {
            text.Family(name, kind, help);
            foreach (var watch in watches)
                text.Sample(name, Exposition.Labels(("cluster_name", watch.Cluster.Name)), value(watch));
        }
    }

    private static void WriteRanges(Exposition text, IReadOnlyList<ClusterWatch> watches)
    {
        var ranges = watches.SelectMany(w => w.Ranges().Select(r => (Labels: Exposition.Labels(
            ("cluster_name", w.Cluster.Name), ("topic", r.Partition.Topic), ("partition", $"{r.Partition.Partition}")), Range: r))).ToList();
        text.Family("kafka_partition_latest_offset", MetricKind.Gauge, "The offset after the last record that readers of committed records may see");
        foreach (var (labels, range) in ranges)
            text.Sample("kafka_partition_latest_offset", labels, range.Latest);
        text.Family("kafka_partition_earliest_offset", MetricKind.Gauge, "The first offset that is still there");
        foreach (var (labels, range) in ranges.Where(r => r.Range.Earliest is not null))
            text.Sample("kafka_partition_earliest_offset", labels, range.Earliest!.Value);
    }

    private static void WriteGroups(Exposition text, List<Group> groups)
    {
        Each("kafka_consumergroup_group_status", "How the group does: 1 OK, 2 WARN, 3 ERR", static g => (int)g.Lag.Status);
        Each("kafka_consumergroup_group_sum_lag", "Records that the group has not committed, of all its partitions", static g => g.Lag.TotalLag);
        Each("kafka_consumergroup_group_max_lag", "Records that the group has not committed, of the partition with most", static g => g.Lag.MaxLag?.CurrentLag);
        Each("kafka_consumergroup_group_max_lag_seconds", "The longest wait of a record that the group has not committed", static g => g.Partitions.Max(p => p.Behind?.TotalSeconds));
        text.Family("kafka_consumergroup_group_topic_sum_lag", MetricKind.Gauge, "Records that the group has not committed, of all partitions of a topic");
        foreach (var group in groups)
        {
            foreach (var topic in group.Lag.Partitions.GroupBy(p => p.Topic, StringComparer.Ordinal))
            {
                text.Sample(
                    "kafka_consumergroup_group_topic_sum_lag",
                    Exposition.Labels(("cluster_name", group.Watch.Cluster.Name), ("group", group.Name), ("topic", topic.Key)),
                    topic.Sum(p => p.CurrentLag));
            }
        }

        void Each(string name, string help, Func<Group, double?> value)
        {
            text.Family(name, MetricKind.Gauge, help);
            foreach (var group in groups)
            {
                if (value(group) is { } known)
                    text.Sample(name, Exposition.Labels(("cluster_name", group.Watch.Cluster.Name), ("group", group.Name)), known);
            }
        }
    }

    private static void WritePartitions(Exposition text, List<Group> groups)
    {
        var partitions = groups.SelectMany(g => g.Partitions).Where(p => p.Lag.End is not null).ToList();
        Each("kafka_consumergroup_group_offset", "The next offset that the group will read", static p => p.Lag.End!.Offset);
        Each("kafka_consumergroup_group_lag", "Records that the group has not committed", static p => p.Lag.CurrentLag);
        Each("kafka_consumergroup_group_lag_seconds", "How long the next record has waited that the group has not committed", static p => p.Behind?.TotalSeconds);
        Each("kafka_consumergroup_group_partition_status", "How the group does with the partition: 0 OK, 1 WARN, 2 STOP, 3 STALL, 4 REWIND", static p => (int)p.Lag.Status);

        void Each(string name, string help, Func<Partition, double?> value)
        {
            text.Family(name, MetricKind.Gauge, help);
            foreach (var partition in partitions)
            {
                if (value(partition) is { } known)
                    text.Sample(name, partition.Labels, known);
            }
        }
    }

    /// <summary>A group as it was judged for this answer.</summary>
    private sealed class Group(ClusterWatch watch, string name, GroupLag lag)
    {
        public ClusterWatch Watch => watch;

        public string Name => name;

        public GroupLag Lag => lag;

        public IReadOnlyList<Partition> Partitions { get; } =
        [
            .. lag.Partitions.Select(p => new Partition(p, watch.Behind(p), Exposition.Labels(
                ("cluster_name", watch.Cluster.Name), ("group", name), ("topic", p.Topic), ("partition", $"{p.Partition}"),
                ("member_host", p.Owner), ("client_id", p.ClientId)))),
        ];
    }

    private sealed record Partition(PartitionLag Lag, TimeSpan? Behind, string Labels);
}
