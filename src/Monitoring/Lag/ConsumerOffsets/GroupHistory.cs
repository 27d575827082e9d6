using MedStreams.Streams;

namespace MedStreams.Monitoring.Lag.ConsumerOffsets;

/// <summary>What <c>__consumer_offsets</c> tells of one group: its members, and its last commits by partition.</summary>
internal sealed class GroupHistory
{
    private readonly Dictionary<TopicPartition, List<Commit>> _commits = [];

    /// <summary>The members of the last generation; null where the group never had any, such as a consumer that only commits.</summary>
    public IReadOnlyList<GroupMember>? Members { get; private set; }

    /// <summary>By partition the last commits, oldest first, at least the given distance apart but for the last one.</summary>
    public IReadOnlyDictionary<TopicPartition, List<Commit>> Commits => _commits;

    /// <summary>Whether anything is left of the group.</summary>
    public bool IsKnown => Members is not null || _commits.Count > 0;

    /// <summary>Takes the next record of the group.</summary>
    /// <param name="record">The record.</param>
    /// <param name="length">How many commits are kept.</param>
    /// <param name="minDistance">Of commits closer together, in milliseconds, the last one stays, at the time of the first.</param>
    public void Apply(GroupRecord record, int length, long minDistance)
    {
        switch (record)
        {
            case Commit commit:
                Apply(commit, length, minDistance);
                break;
            case CommitGone gone:
                _commits.Remove(gone.Partition);
                break;
            case GroupMembers members:
                Members = members.Members;
                break;
            case GroupGone:
                Members = null;
                break;
        }
    }

    private void Apply(Commit commit, int length, long minDistance)
    {
        if (!_commits.TryGetValue(commit.Partition, out var commits))
            _commits.Add(commit.Partition, commits = new List<Commit>(length));
        if (commits.Count > 0 && commit.Timestamp - commits[^1].Timestamp < minDistance)
        {
            commits[^1] = commit with { Timestamp = commits[^1].Timestamp };
            return;
        }

        if (commits.Count == length)
            commits.RemoveAt(0);
        commits.Add(commit);
    }
}
