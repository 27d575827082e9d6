namespace MedStreams.Monitoring.Lag;

/// <summary>The last commits for one partition, in the order in which they were made, whatever order they come in.</summary>
internal sealed class CommitWindow(int length)
{
    private readonly List<CommitSample> _commits = new(length);

    /// <summary>The window at its full length: null at the front while it is not full.</summary>
    public IReadOnlyList<CommitSample?> Snapshot() => [.. Enumerable.Repeat<CommitSample?>(null, length - _commits.Count), .. _commits];

    /// <summary>
    /// Takes a commit. One that is newer than all others takes the lag that it comes with; a late one gets none, since nobody knows where the partition
    /// ended then. One that is merged leaves the time of the one before.
    /// </summary>
    /// <param name="commit">The commit.</param>
    /// <param name="minDistance">Commits closer to the one before are merged into it, in milliseconds.</param>
    /// <returns>Whether it is the newest.</returns>
    public bool Add(CommitSample commit, long minDistance)
    {
        var isFull = _commits.Count == length;
        if (isFull && _commits[0].Order >= commit.Order)
            return false;
        var at = _commits.FindLastIndex(c => c.Order < commit.Order) + 1;
        if (at < _commits.Count && _commits[at].Order == commit.Order)
            return false;
        var isNewest = at == _commits.Count;
        if (!isNewest)
            commit = commit with { Lag = null };
        if (isFull && at == 1 && !isNewest)
            _commits[0] = commit; // the oldest leaves a full window anyway
        else if (at > 0 && commit.Timestamp - _commits[at - 1].Timestamp < minDistance)
            _commits[at - 1] = commit with { Timestamp = _commits[at - 1].Timestamp };
        else
        {
            _commits.Insert(at, commit);
            if (_commits.Count > length)
                _commits.RemoveAt(0);
        }

        return isNewest;
    }
}
