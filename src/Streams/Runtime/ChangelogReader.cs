using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Reads changelogs into the stores of one thread: those of new tasks from the position that the last commit left on disk to the end, those of
/// standbys for ever. Works in slices between the polls of its thread, so that the thread stays in the group. While a task restores, standbys
/// wait.
/// </summary>
internal sealed class ChangelogReader(ThreadParts parts) : IRecordReceiver, IDisposable
{
    private const int RecordsPerSlice = 10_000;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<TopicPartition, ChangelogRead> _reads = [];
    private readonly HashSet<TopicPartition> _lost = [];
    private IRestoreConsumer? _consumer;
    private bool _isStale;
    private bool _isBusy;
    private long _lastLook;

    /// <summary>True while there is more to read at once.</summary>
    public bool IsBusy => _isBusy || IsRestoring();

    private IRestoreConsumer Consumer =>
        _consumer ??= parts.Clients.CreateRestoreConsumer(parts.ClientId + "-restore");

    /// <summary>Begins with a task whose state is open. Answers how many stores are read; null: ask again.</summary>
    public int? Begin(IChangelogTask task)
    {
        var bounds = new Dictionary<TopicPartition, (long Beginning, long End)>();
        foreach (var changelog in task.State!.Changelogs)
        {
            if (parts.Admin.TryBounds(changelog.Partition, CallTimeout) is not { } known)
                return null;
            // A source topic belongs to the store only as far as the task has processed it.
            bounds[changelog.Partition] = changelog.IsSource
                ? known with { End = Math.Min(known.End, task.Committed![changelog.Partition] ?? known.Beginning) }
                : known;
        }

        var count = 0;
        foreach (var changelog in task.State.Changelogs)
        {
            if (task.IsStandby && task.State.TryBytes(changelog.Store) is null)
                continue; // a store of the user's own lives in its task only
            var (beginning, end) = bounds[changelog.Partition];
            if (Begin(task, changelog, beginning, end))
                count++;
        }

        return count;
    }

    /// <summary>Reads a slice, and names the tasks that are restored.</summary>
    /// <param name="wait">The longest wait for records.</param>
    /// <param name="group">Tells the committed offsets.</param>
    public IReadOnlyList<IChangelogTask> Advance(TimeSpan wait, IStreamConsumer group)
    {
        if (_reads.Count == 0)
            return [];
        Look(group);
        if (_isStale)
            Assign();
        _isBusy = Consumer.Poll(wait, RecordsPerSlice, this) >= RecordsPerSlice;
        foreach (var read in _reads.Values)
            read.EndSlice(_isBusy);
        foreach (var task in _reads.Values.GroupBy(r => r.Task))
        {
            if (task.Key.Metrics is { } metrics)
                metrics.RestoreRemaining = task.Sum(r => Math.Max(0, r.End - r.Next));
        }

        BeginLostAgain();
        return EndRestored();
    }

    public bool IsReading(IChangelogTask task) => _reads.Values.Any(r => r.Task == task);

    /// <summary>Records between a standby and the ends of its changelogs, as last looked at; null until they were.</summary>
    public long? LagOf(IChangelogTask task)
    {
        var lag = 0L;
        foreach (var read in _reads.Values.Where(r => r.Task == task))
        {
            if (read.SeenEnd is not { } end)
                return null;
            lag += Math.Max(0, end - read.Next);
        }

        return lag;
    }

    /// <summary>What a task still has to read, and how long that takes at the speed so far; no time where nothing is read yet.</summary>
    public (long Records, TimeSpan? Time) LeftOf(IChangelogTask task)
    {
        var (left, done, longest) = (0L, 0L, TimeSpan.Zero);
        foreach (var read in _reads.Values.Where(r => r.Task == task))
        {
            left += Math.Max(0, read.End - read.Next);
            done += read.Next - read.From;
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, parts.Config.Clock.GetElapsedTime(read.Began).Ticks));
        }

        return (left, done > 0 ? longest * ((double)left / done) : null);
    }

    /// <summary>Forgets a task that is given back, or goes on in another role.</summary>
    public void Drop(IChangelogTask task, StandbySuspension reason)
    {
        foreach (var (changelog, read) in _reads.Where(r => r.Value.Task == task).ToList())
        {
            _reads.Remove(changelog);
            read.Suspend(reason);
            _isStale = true;
        }
    }

    public void OnRecord(in RawRecord record)
    {
        var metadata = record.Metadata;
        if (_reads.TryGetValue(new TopicPartition(metadata.Topic, metadata.Partition), out var read) && !read.TryAdd(record))
            _isStale |= read.Task.IsStandby;
    }

    public void OnEnd(TopicPartition partition, long offset)
    {
        if (_reads.TryGetValue(partition, out var read))
            read.OnEnd(offset);
    }

    public void OnOutOfRange(TopicPartition partition) => _lost.Add(partition);

    public void Dispose() => _consumer?.Dispose();

    private bool IsRestoring() => _reads.Values.Any(r => !r.Task.IsStandby);

    private bool Begin(IChangelogTask task, StoreChangelog changelog, long beginning, long end)
    {
        var position = task.State!.Positions[changelog.Store];
        if (position is { } at && (at < beginning || at > end))
        {
            RuntimeLog.ChangelogLost(parts.Logger, task.Id, changelog.Store, at, beginning, end);
            task.State.Wipe(changelog.Store);
            position = null;
        }

        var from = position ?? beginning;
        if (from >= end && !task.IsStandby)
            return false;
        _reads.Add(changelog.Partition, new ChangelogRead(parts, task, changelog, from, end));
        _isStale = true;
        return true;
    }

    private List<IChangelogTask> EndRestored()
    {
        var ended = _reads.Where(r => !r.Value.Task.IsStandby && r.Value.IsAtEnd).ToList();
        foreach (var (changelog, read) in ended)
        {
            read.Complete();
            _reads.Remove(changelog);
            _isStale = true;
        }

        return [.. ended.Select(e => e.Value.Task).Distinct().Where(t => !IsReading(t))];
    }

    /// <summary>Retention or compaction took what was to be read next, or the topic was made anew.</summary>
    private void BeginLostAgain()
    {
        foreach (var partition in _lost.ToList())
        {
            if (!_reads.TryGetValue(partition, out var read))
            {
                _lost.Remove(partition);
            }
            else if (parts.Admin.TryBounds(partition, CallTimeout) is var (beginning, end))
            {
                _lost.Remove(partition);
                _reads.Remove(partition);
                read.Write(); // so that its position tells that something was read which may be gone now
                Begin(read.Task, read.Changelog, beginning, read.Changelog.IsSource ? Math.Min(end, read.End) : end);
            }
        }
    }

    /// <summary>From time to time: where changelogs end of which that is not known, and how far standbys may read source topics.</summary>
    private void Look(IStreamConsumer group)
    {
        if (IsRestoring() || parts.Config.Clock.GetElapsedTime(_lastLook) < LookInterval)
            return;
        _lastLook = parts.Config.Clock.GetTimestamp();
        var sources = _reads.Where(r => r.Value.Changelog.IsSource).ToList();
        if (sources.Count > 0 && group.TryCommitted(sources.Select(s => s.Key), CallTimeout) is { } committed)
        {
            foreach (var (partition, read) in sources)
                _isStale |= read.Extend(committed[partition] ?? read.Next);
        }

        foreach (var (partition, read) in _reads.Where(r => !r.Value.Changelog.IsSource && !r.Value.IsCaughtUp))
        {
            if (parts.Admin.TryBounds(partition, CallTimeout) is var (_, end))
                read.SeenEnd = end;
        }
    }

    private void Assign()
    {
        var restoring = IsRestoring();
        Consumer.Assign(_reads.Where(r => r.Value.Task.IsStandby != restoring && r.Value.WantsMore)
            .ToDictionary(r => r.Key, r => r.Value.Next));
        _isStale = false;
    }
}
