using Confluent.Kafka;
using MedStreams.Monitoring.Lag.ConsumerOffsets;
using TopicPartition = MedStreams.Streams.TopicPartition;

namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Looks at the groups of a cluster once: what they committed, from Kafka's own record of it, then where partitions end. The windows of the rules come
/// from the commits that <c>__consumer_offsets</c> still holds, and the lag at each of them from where the partition ended at that time. Needs the right to
/// read that topic and the topics of the groups.
/// </summary>
/// <param name="connect">Makes a consumer of these settings; what it reads is never committed.</param>
/// <param name="clock">Tells the present.</param>
public sealed class LagScanner(Func<ConsumerConfig, IConsumer<byte[]?, byte[]?>> connect, TimeProvider clock)
{
    /// <summary>Looks once; groups by name.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="offsetsPartitions">How many partitions <c>__consumer_offsets</c> has; 0 where there is none yet.</param>
    /// <param name="stop">Ends the scan.</param>
    /// <exception cref="KafkaException">The brokers do not answer, or a topic may not be read.</exception>
    /// <exception cref="TimeoutException"><c>__consumer_offsets</c> could not be read to its end.</exception>
    public IReadOnlyList<GroupReport> Scan(LagScanOptions options, int offsetsPartitions, CancellationToken stop)
    {
        using var consumer = connect(LagConsumer.Config("medstreams-lag"));
        var ends = new PartitionEnds(consumer, options.Timeout);
        var groups = Read(consumer, ends, options, offsetsPartitions, stop);
        var partitions = groups.Values.SelectMany(PartitionsOf).Where(p => options.WantsTopic(p.Topic)).Distinct().ToList();
        var (first, last) = (ends.First(partitions), ends.Last(partitions));
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var lagging = groups.Values.SelectMany(g => g.Commits.Values)
            .Where(c => last.TryGetValue(c[^1].Partition, out var end) && end > c[^1].Offset).ToList();
        var known = new Dictionary<Commit, long>();
        for (var i = 0; i < options.Intervals; i++)
            NoteEnds(ends, [.. lagging.Where(c => c.Count > i).Select(c => c[^(i + 1)])], last, known);
        var recent = ends.At(lagging.Select(c => c[^1].Partition).Distinct().Select(p => (p, now - (long)options.StopGrace.TotalMilliseconds)));
        var next = options.LooksUpTimes
            ? new NextRecords(consumer, options.Timeout).Look(
                lagging.Where(c => options.WantsTopic(c[^1].Partition.Topic)).Select(c => Place(c[^1], first)).Where(p => p.Offset < last[p.Partition]), stop)
            : new Dictionary<(TopicPartition, long), long?>();
        consumer.Close();
        var view = new View(options, first, last, recent, known, next, now);
        return [.. groups.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => view.Report(g.Key, g.Value))];
    }

    private static SortedDictionary<string, GroupHistory> Read(
        IConsumer<byte[]?, byte[]?> consumer, PartitionEnds ends, LagScanOptions options, int offsetsPartitions, CancellationToken stop)
    {
        var groups = new SortedDictionary<string, GroupHistory>(StringComparer.Ordinal);
        if (offsetsPartitions == 0)
            return groups;
        var partitions = options.Groups.Count > 0
            ? options.Groups.Select(g => OffsetsTopic.PartitionOf(g, offsetsPartitions)).Distinct()
            : Enumerable.Range(0, offsetsPartitions);
        OffsetsTopic.Read(consumer, ends, partitions, Take, options.Timeout, stop);
        foreach (var (name, group) in groups.ToList())
        {
            if (!group.IsKnown || (PartitionsOf(group).Any() && !PartitionsOf(group).Any(p => options.WantsTopic(p.Topic))))
                groups.Remove(name);
        }

        return groups;

        void Take(GroupRecord record)
        {
            if (!options.WantsGroup(record.Group))
                return;
            if (!groups.TryGetValue(record.Group, out var group))
                groups.Add(record.Group, group = new GroupHistory());
            group.Apply(record, options.Intervals, (long)options.MinDistance.TotalMilliseconds);
        }
    }

    private static IEnumerable<TopicPartition> PartitionsOf(GroupHistory group) =>
        group.Commits.Keys.Concat(group.Members?.SelectMany(m => m.Partitions) ?? []).Distinct();

    /// <summary>Notes where partitions ended when these commits were made; of one partition all commits of the same moment share an answer.</summary>
    private static void NoteEnds(
        PartitionEnds ends, IReadOnlyList<Commit> commits, IReadOnlyDictionary<TopicPartition, long> last, Dictionary<Commit, long> known)
    {
        // A request names a partition once; groups that share one are asked for one after the other.
        var rounds = commits.GroupBy(c => c.Partition).SelectMany(p => p.Select((commit, round) => (commit, round))).ToLookup(c => c.round, c => c.commit);
        foreach (var round in rounds)
        {
            var answers = ends.At(round.Select(c => (c.Partition, c.Timestamp)));
            foreach (var commit in round)
                known[commit] = answers.TryGetValue(commit.Partition, out var end) ? end : last[commit.Partition];
        }
    }

    private static (TopicPartition Partition, long Offset) Place(Commit commit, IReadOnlyDictionary<TopicPartition, long> first) =>
        (commit.Partition, Math.Max(commit.Offset, first.GetValueOrDefault(commit.Partition)));

    /// <summary>What was found, and what follows from it.</summary>
    private sealed class View(
        LagScanOptions options,
        IReadOnlyDictionary<TopicPartition, long> first,
        IReadOnlyDictionary<TopicPartition, long> last,
        IReadOnlyDictionary<TopicPartition, long> recent,
        Dictionary<Commit, long> known,
        IReadOnlyDictionary<(TopicPartition Partition, long Offset), long?> next,
        long now)
    {
        private readonly LagEvaluator _evaluator = new(options.Rules);

        public GroupReport Report(string name, GroupHistory group)
        {
            var owners = (group.Members ?? []).SelectMany(m => m.Partitions.Select(p => (p, m))).GroupBy(o => o.p).ToDictionary(o => o.Key, o => o.First().m);
            PartitionReport[] partitions =
            [
                .. PartitionsOf(group).Where(p => options.WantsTopic(p.Topic))
                    .OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)
                    .Select(p => Report(p, group.Commits.GetValueOrDefault(p) ?? [], owners.GetValueOrDefault(p))),
            ];
            var worst = partitions.Select(p => p.Verdict.Status).DefaultIfEmpty().Max();
            var status = worst switch { PartitionStatus.Ok => GroupStatus.Ok, PartitionStatus.Warn => GroupStatus.Warn, _ => GroupStatus.Err };
            return new GroupReport(name, group.Members?.Count ?? 0, status, partitions);
        }

        private PartitionReport Report(TopicPartition partition, List<Commit> commits, GroupMember? owner)
        {
            long? end = last.TryGetValue(partition, out var at) ? at : null;
            long? committed = commits.Count == 0 ? null : commits[^1].Offset;
            var (lag, lost, behind) = (default(long?), 0L, default(TimeSpan?));
            if (end is not null && committed is not null)
            {
                var place = Place(commits[^1], first);
                lost = place.Offset - committed.Value;
                var isSeen = next.TryGetValue(place, out var time);
                lag = isSeen && time is null ? 0 : Math.Max(0, end.Value - place.Offset);
                behind = lag == 0 ? TimeSpan.Zero : time is { } since ? TimeSpan.FromMilliseconds(Math.Max(0, now - since)) : null;
            }

            var samples = commits.Select(c => new CommitSample(c.Offset, c.Timestamp, known.TryGetValue(c, out var was) ? Math.Max(0, was - c.Offset) : 0));
            var window = new PartitionWindow(
                [.. Enumerable.Repeat<CommitSample?>(null, options.Intervals - commits.Count), .. samples],
                recent.TryGetValue(partition, out var before) ? [before] : end is null ? [] : [end.Value],
                lag ?? 0,
                owner?.Host ?? "",
                owner?.ClientId ?? "");
            var verdict = commits.Count == 1 && lag > options.Rules.AllowedLag
                ? Single(partition, window, commits[0])
                : _evaluator.Evaluate(partition.Topic, partition.Partition, window, now);
            return new PartitionReport(verdict, committed, end, lag, lost, behind);
        }

        private PartitionLag Single(TopicPartition partition, PartitionWindow window, Commit only)
        {
            var isOld = now - only.Timestamp > options.StopGrace.TotalMilliseconds && !window.EndOffsets.Any(e => e <= only.Offset);
            var status = isOld ? PartitionStatus.Stop : PartitionStatus.Ok;
            return _evaluator.Evaluate(partition.Topic, partition.Partition, window with { CurrentLag = 0 }, now)
                with
            { Status = status, CurrentLag = window.CurrentLag };
        }
    }
}
