using MedStreams.Monitoring.Lag;

namespace MedStreams.Cli.Commands.Lag;

/// <summary>A line of the answer: a group, a topic of a group, or a partition.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Status">For limits: the status as a group's.</param>
/// <param name="Word">The status as it is shown.</param>
/// <param name="Lag">Records; null where nothing is committed.</param>
/// <param name="Behind">The longest wait; null where it could not be seen.</param>
/// <param name="Cells">The whole line.</param>
internal sealed record LagRow(string Name, GroupStatus Status, string Word, long? Lag, TimeSpan? Behind, object?[] Cells)
{
    private static readonly string[] GroupColumns = ["group", "status", "lag", "seconds", "lost", "members", "partitions", "worst"];
    private static readonly string[] TopicColumns = ["group", "topic", "status", "lag", "seconds", "lost", "partitions", "worst"];

    private static readonly string[] PartitionColumns =
    [
        "group", "topic", "partition", "status", "committed", "end", "lag", "seconds", "lost", "complete", "clientId", "host",
    ];

    public static string[] Columns(string by) => by switch { "group" => GroupColumns, "topic" => TopicColumns, _ => PartitionColumns };

    public static IEnumerable<LagRow> Of(GroupReport group, string by) => by switch
    {
        "group" => [OfGroup(group)],
        "topic" => group.Partitions.GroupBy(p => p.Verdict.Topic).Select(t => OfTopic(group with { Partitions = [.. t] }, t.Key)),
        _ => group.Partitions.Select(p => OfPartition(group.Group, p)),
    };

    /// <summary>The line of a group that was asked for and is not there.</summary>
    public static LagRow NotFound(string group, string by)
    {
        var cells = new object?[Columns(by).Length];
        cells[0] = group;
        cells[Array.IndexOf(Columns(by), "status")] = "NOTFOUND";
        return new LagRow(group, GroupStatus.NotFound, "NOTFOUND", null, null, cells);
    }

    private static LagRow OfGroup(GroupReport group) => new(
        group.Group, group.Status, Upper(group.Status), group.Lag, group.Behind,
        [group.Group, Upper(group.Status), group.Lag, Seconds(group.Behind), group.Partitions.Sum(p => p.Lost), group.Members, group.Partitions.Count, Worst(group)]);

    private static LagRow OfTopic(GroupReport part, string topic)
    {
        var status = part.Partitions.Select(p => GroupOf(p.Verdict.Status)).Max();
        return new LagRow(
            $"{part.Group}/{topic}", status, Upper(status), part.Lag, part.Behind,
            [part.Group, topic, Upper(status), part.Lag, Seconds(part.Behind), part.Partitions.Sum(p => p.Lost), part.Partitions.Count, Worst(part)]);
    }

    private static LagRow OfPartition(string group, PartitionReport one)
    {
        var verdict = one.Verdict;
        return new LagRow(
            $"{group}/{verdict.Topic}-{verdict.Partition}", GroupOf(verdict.Status), Upper(verdict.Status), one.Lag, one.Behind,
            [
                group, verdict.Topic, verdict.Partition, Upper(verdict.Status), one.Committed, one.End, one.Lag, Seconds(one.Behind), one.Lost,
                Math.Round(verdict.Complete, 2), verdict.ClientId, verdict.Owner,
            ]);
    }

    /// <summary>The partition to look at first.</summary>
    private static string? Worst(GroupReport group) =>
        group.Partitions.Where(p => p.Lag > 0 || p.Verdict.Status != PartitionStatus.Ok)
            .OrderByDescending(p => p.Verdict.Status).ThenByDescending(p => p.Lag)
            .Select(p => $"{p.Verdict.Topic}-{p.Verdict.Partition} {Upper(p.Verdict.Status)} {p.Lag}").FirstOrDefault();

    private static GroupStatus GroupOf(PartitionStatus status) =>
        status switch { PartitionStatus.Ok => GroupStatus.Ok, PartitionStatus.Warn => GroupStatus.Warn, _ => GroupStatus.Err };

    private static string Upper<T>(T status)
        where T : struct, Enum => status.ToString().ToUpperInvariant();

    private static double? Seconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 1) : null;
}
