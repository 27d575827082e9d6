namespace MedStreams.Monitoring.Lag;

/// <summary>
/// Judges a window of commits by Burrow's rules, in its order: a lag within what is allowed is OK; commits that ceased are STOP; a step back that is not
/// made up for is REWIND; a lag within what is allowed anywhere in the window is OK; commits that are all equal are STALL; a lag that never fell is
/// WARN. <c>docs/lag.md</c> says what follows at the edges. Pure; safe for concurrent use.
/// </summary>
public sealed class LagEvaluator(LagRules rules)
{
    /// <summary>Judges a partition.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="window">What is known.</param>
    /// <param name="now">The present, in epoch milliseconds; its whole seconds count.</param>
    public PartitionLag Evaluate(string topic, int partition, PartitionWindow window, long now)
    {
        var commits = window.Commits.OfType<CommitSample>().ToArray();
        // A window without any commit counts as one with one, as long as there is a window.
        var complete = window.Commits.Count == 0 ? 0 : (float)Math.Max(1, commits.Length) / window.Commits.Count;
        var status = commits.Length > 0 && complete >= rules.MinimumComplete
            ? Judge(commits, window, now)
            : PartitionStatus.Ok;
        return new PartitionLag(
            topic, partition, status, complete, window.CurrentLag, commits.FirstOrDefault(), commits.LastOrDefault(), window.Owner, window.ClientId);
    }

    /// <summary>Judges a group.</summary>
    /// <param name="topics">By topic, the windows of its partitions from 0 on; null where the group is not known.</param>
    /// <param name="now">The present, in epoch milliseconds.</param>
    public GroupLag Evaluate(IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>>? topics, long now)
    {
        if (topics is null)
            return GroupLag.NotFound;
        PartitionLag[] partitions =
        [
            .. topics.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => t.Value.Select((window, p) => Evaluate(t.Key, p, window, now))),
        ];
        if (partitions.Length == 0)
            return new GroupLag(GroupStatus.Ok, 0, 0, null, []);
        var status = partitions.Max(p => p.Status) switch
        {
            PartitionStatus.Ok => GroupStatus.Ok,
            PartitionStatus.Warn => GroupStatus.Warn,
            _ => GroupStatus.Err,
        };
        return new GroupLag(
            status,
            (float)partitions.Count(p => p.Complete == 1) / partitions.Length,
            partitions.Sum(p => p.CurrentLag),
            partitions.MaxBy(p => p.CurrentLag),
            partitions);
    }

    private PartitionStatus Judge(CommitSample[] commits, PartitionWindow window, long now)
    {
        if (window.CurrentLag <= rules.AllowedLag)
            return PartitionStatus.Ok;
        if (HasStopped(commits, now) && !WasAtEndRecently(commits, window.EndOffsets))
            return PartitionStatus.Stop;
        if (HasGoneBack(commits))
            return PartitionStatus.Rewind;
        if (Array.Exists(commits, c => c.Lag <= rules.AllowedLag))
            return PartitionStatus.Ok;
        if (Array.TrueForAll(commits, c => c.Offset == commits[0].Offset))
            return PartitionStatus.Stall;
        return HasLagFallen(commits) ? PartitionStatus.Ok : PartitionStatus.Warn;
    }

    /// <summary>Whether nothing came for longer than the window spans.</summary>
    private static bool HasStopped(CommitSample[] commits, long now) =>
        (now / 1000 * 1000) - commits[^1].Timestamp > commits[^1].Timestamp - commits[0].Timestamp;

    /// <summary>Whether an end that is still remembered is not beyond the last commit: what came since then is younger than that.</summary>
    private static bool WasAtEndRecently(CommitSample[] commits, IReadOnlyList<long> ends) => ends.Any(end => end <= commits[^1].Offset);

    /// <summary>Whether the first step back has not been made up for.</summary>
    private static bool HasGoneBack(CommitSample[] commits)
    {
        var back = 1;
        while (back < commits.Length && commits[back].Offset >= commits[back - 1].Offset)
            back++;
        return back < commits.Length && commits.Skip(back).All(c => c.Offset < commits[back - 1].Offset);
    }

    private static bool HasLagFallen(CommitSample[] commits)
    {
        long[] lags = [.. commits.Select(c => c.Lag).OfType<long>()];
        return lags.Zip(lags.Skip(1)).Any(pair => pair.Second < pair.First);
    }
}
