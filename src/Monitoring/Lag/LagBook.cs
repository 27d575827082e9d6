namespace MedStreams.Monitoring.Lag;

/// <summary>
/// What is known of the groups of one cluster: their last commits, and where partitions ended. In memory, with a bound for each group and
/// partition. Safe for use by several threads.
/// </summary>
public sealed class LagBook(LagBookSettings settings, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Queue<long>>> _ends = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private long _refused;

    /// <summary>The topics whose ends are known, by name.</summary>
    public IReadOnlyList<string> Topics
    {
        get
        {
            lock (_lock)
                return [.. _ends.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The groups that are known, by name; one that has expired is among them until it is asked for.</summary>
    public IReadOnlyList<string> Groups
    {
        get
        {
            lock (_lock)
                return [.. _groups.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>How many commits and owners of groups were not noted because as many groups or partitions as may be are known.</summary>
    public long Refused
    {
        get
        {
            lock (_lock)
                return _refused;
        }
    }

    /// <summary>How many partitions of groups are known; one that two groups read counts twice.</summary>
    public int PartitionCount
    {
        get
        {
            lock (_lock)
                return _groups.Values.Sum(g => g.Topics.Values.Sum(p => p.Count));
        }
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Notes where a partition ends.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="partitionCount">How many partitions the topic has.</param>
    /// <param name="offset">The offset after the last record that readers of committed records may see.</param>
    public void SetEnd(string topic, int partition, int partitionCount, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitionCount);
        lock (_lock)
        {
            if (!_ends.TryGetValue(topic, out var ends))
                _ends.Add(topic, ends = []);
            while (ends.Count < partitionCount)
                ends.Add(new Queue<long>(settings.Intervals));
            if (ends[partition].Count == settings.Intervals)
                ends[partition].Dequeue();
            ends[partition].Enqueue(offset);
        }
    }

    /// <summary>
    /// Notes a commit. It is dropped where the partition's end is not known yet, the group is not watched, the commit is older than groups live,
    /// or the window has it or newer ones only.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">The next offset to be read.</param>
    /// <param name="order">The commit's place among all commits.</param>
    /// <param name="timestamp">When it was made, in epoch milliseconds.</param>
    public void SetCommit(string group, string topic, int partition, long offset, long order, long timestamp)
    {
        lock (_lock)
        {
            if (timestamp < Expiry() || !settings.Accepts(group) || LastEnd(topic, partition) is not { } end)
                return;
            if (GroupOf(group, topic) is not { } owner)
                return;
            var observed = Now / 1000 * 1000;
            var window = PartitionOf(owner, topic, partition);
            if (window.Commits.Add(
                new CommitSample(offset, timestamp, Math.Max(0, end - offset), order, observed), (long)settings.MinDistance.TotalMilliseconds))
            {
                owner.LastCommit = timestamp;
            }
        }
    }

    /// <summary>Notes which member reads a partition.</summary>
    public void SetOwner(string group, string topic, int partition, string owner, string clientId)
    {
        lock (_lock)
        {
            if (!settings.Accepts(group))
                return;
            var isKnown = LastEnd(topic, partition) is not null;
            if (GroupOf(group, isKnown ? topic : null) is not { } of || !isKnown)
                return;
            var known = PartitionOf(of, topic, partition);
            (known.Owner, known.ClientId) = (owner, clientId);
        }
    }

    /// <summary>Forgets which members read the partitions of a group.</summary>
    public void ClearOwners(string group)
    {
        lock (_lock)
        {
            if (!settings.Accepts(group) || !_groups.TryGetValue(group, out var of))
                return;
            foreach (var partition in of.Topics.Values.SelectMany(p => p))
                (partition.Owner, partition.ClientId) = ("", "");
        }
    }

    /// <summary>Notes how many members a group has; nothing where it is not known.</summary>
    public void SetMembers(string group, int count)
    {
        lock (_lock)
        {
            if (_groups.TryGetValue(group, out var known))
                known.Members = count;
        }
    }

    /// <summary>How many members a group has, as far as that is known.</summary>
    public int Members(string group)
    {
        lock (_lock)
            return _groups.TryGetValue(group, out var known) ? known.Members : 0;
    }

    /// <summary>Forgets the commits of a group for a partition, which were deleted or have expired; a group without any others is forgotten.</summary>
    public void DeleteCommits(string group, string topic, int partition)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var known) || !known.Topics.TryGetValue(topic, out var partitions) || partition >= partitions.Count)
                return;
            partitions[partition] = new Partition(settings.Intervals);
            if (!partitions.Exists(p => p.IsKnown))
                known.Topics.Remove(topic);
            if (known.Topics.Count == 0)
                _groups.Remove(group);
        }
    }

    /// <summary>Forgets a topic, and of each group what concerns it.</summary>
    public void DeleteTopic(string topic)
    {
        lock (_lock)
        {
            _ends.Remove(topic);
            foreach (var group in _groups.Values)
                group.Topics.Remove(topic);
        }
    }

    /// <summary>Forgets a group.</summary>
    public void DeleteGroup(string group)
    {
        lock (_lock)
            _groups.Remove(group);
    }

    /// <summary>Forgets what a group has to do with a topic; a group that has nothing else is forgotten.</summary>
    public void DeleteGroup(string group, string topic)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var known))
                return;
            known.Topics.Remove(topic);
            if (known.Topics.Count == 0)
                _groups.Remove(group);
        }
    }

    /// <summary>The last known ends of a topic, by partition; null where one is not known, and where the topic is not.</summary>
    public IReadOnlyList<long?>? Ends(string topic)
    {
        lock (_lock)
            return _ends.TryGetValue(topic, out var ends) ? [.. ends.Select(e => e.Count == 0 ? default(long?) : e.Last())] : null;
    }

    /// <summary>Whether the end of a partition is known.</summary>
    public bool HasEnd(string topic, int partition)
    {
        lock (_lock)
            return LastEnd(topic, partition) is not null;
    }

    /// <summary>The groups that have to do with a topic, by name.</summary>
    public IReadOnlyList<string> GroupsOf(string topic)
    {
        lock (_lock)
            return [.. _groups.Where(g => g.Value.Topics.ContainsKey(topic)).Select(g => g.Key).Order(StringComparer.Ordinal)];
    }

    /// <summary>What is known of a group, by topic and partition; null where it is not known. One that has expired is forgotten.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PartitionWindow>>? Windows(string group)
    {
        lock (_lock)
        {
            if (!_groups.TryGetValue(group, out var known))
                return null;
            if (known.LastCommit < Expiry())
            {
                _groups.Remove(group);
                return null;
            }

            return known.Topics.ToDictionary(
                t => t.Key, IReadOnlyList<PartitionWindow> (t) => [.. t.Value.Select((p, i) => WindowOf(t.Key, i, p))], StringComparer.Ordinal);
        }
    }

    private PartitionWindow WindowOf(string topic, int partition, Partition known)
    {
        IReadOnlyList<long> ends = _ends.TryGetValue(topic, out var all) && partition < all.Count ? [.. all[partition]] : [];
        var commits = known.IsKnown ? known.Commits.Snapshot() : [];
        var lag = commits.Count > 0 && commits[^1] is { } last && ends.Count > 0 ? Math.Max(0, ends[^1] - last.Offset) : 0;
        return new PartitionWindow(commits, ends, lag, known.Owner, known.ClientId);
    }

    private long Expiry() => ((Now / 1000) - (long)settings.ExpireGroup.TotalSeconds) * 1000;

    private long? LastEnd(string topic, int partition) =>
        _ends.TryGetValue(topic, out var ends) && partition >= 0 && partition < ends.Count && ends[partition].Count > 0
            ? ends[partition].Last()
            : null;

    /// <summary>A group, made where there is room; null where there is none for it, or for another topic of it.</summary>
    private Group? GroupOf(string group, string? topic)
    {
        if (!_groups.TryGetValue(group, out var known) && HasRoom(1, Needed(null, topic)))
            _groups.Add(group, known = new Group());
        else if (known is null || !HasRoom(0, Needed(known, topic)))
        {
            _refused++;
            return null;
        }

        return known;
    }

    /// <summary>How many partitions a topic adds to a group.</summary>
    private int Needed(Group? group, string? topic) =>
        topic is null ? 0 : _ends[topic].Count - (group?.Topics.TryGetValue(topic, out var known) == true ? known.Count : 0);

    /// <summary>Whether so many groups and partitions more may be known; expired groups make room.</summary>
    private bool HasRoom(int groups, int partitions)
    {
        if (groups <= 0 && partitions <= 0)
            return true;
        if (Fits())
            return true;
        foreach (var (name, _) in _groups.Where(g => g.Value.LastCommit < Expiry()).ToList())
            _groups.Remove(name);
        return Fits();

        bool Fits() =>
            _groups.Count + groups <= settings.MaxGroups && _groups.Values.Sum(g => g.Topics.Values.Sum(p => p.Count)) + partitions <= settings.MaxPartitions;
    }

    private Partition PartitionOf(Group group, string topic, int partition)
    {
        if (!group.Topics.TryGetValue(topic, out var partitions))
            group.Topics.Add(topic, partitions = []);
        if (partition >= partitions.Count)
        {
            while (partitions.Count < _ends[topic].Count)
                partitions.Add(new Partition(settings.Intervals));
        }

        partitions[partition].IsKnown = true;
        return partitions[partition];
    }

    private sealed class Group
    {
        public Dictionary<string, List<Partition>> Topics { get; } = new(StringComparer.Ordinal);

        /// <summary>The time of the last commit that was the newest of its partition when it came; 0 before the first.</summary>
        public long LastCommit { get; set; }

        public int Members { get; set; }
    }

    private sealed class Partition(int length)
    {
        public CommitWindow Commits { get; } = new(length);

        /// <summary>Whether there ever was a commit or an owner.</summary>
        public bool IsKnown { get; set; }

        public string Owner { get; set; } = "";

        public string ClientId { get; set; } = "";
    }
}
