using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Brings the stores of new tasks up to date: from the position that the last commit left on disk to the end of committed
/// records of the changelog. Works in slices between the polls of its thread, so that the thread stays in the group.
/// </summary>
internal sealed class ChangelogRestorer(
    Func<IRestoreConsumer> createConsumer, TimeSpan timeout, ILogger logger) : IRecordReceiver, IDisposable
{
    private const int RecordsPerSlice = 10_000;
    private readonly Dictionary<TopicPartition, Restore> _restores = [];
    private IRestoreConsumer? _consumer;

    private IRestoreConsumer Consumer => _consumer ??= createConsumer();

    /// <summary>Begins with a task whose state is open. Answers how many stores are behind; null: ask again.</summary>
    public int? Begin(ActiveTask task)
    {
        var bounds = new Dictionary<TopicPartition, (long Beginning, long End)>();
        foreach (var changelog in task.State!.Changelogs)
        {
            if (Consumer.TryBounds(changelog.Partition, timeout) is not { } known)
                return null;
            // A source topic belongs to the store only as far as the task has processed it.
            bounds[changelog.Partition] = changelog.IsSource
                ? known with { End = Math.Min(known.End, task.Committed![changelog.Partition] ?? known.Beginning) }
                : known;
        }

        var behind = 0;
        foreach (var changelog in task.State.Changelogs)
        {
            var (beginning, end) = bounds[changelog.Partition];
            var position = task.State.Positions[changelog.Store];
            if (position is { } at && (at < beginning || at > end))
            {
                RuntimeLog.ChangelogLost(logger, task.Id, changelog.Store, at, beginning, end);
                task.State.Wipe(changelog.Store);
                position = null;
            }

            var from = position ?? beginning;
            if (from >= end)
                continue;
            RuntimeLog.RestoreBegins(logger, task.Id, changelog.Store, from, end);
            _restores.Add(changelog.Partition, new Restore(task, changelog.Store, task.State.Restorer(changelog.Store), end) { Next = from });
            behind++;
        }

        if (behind > 0)
            Assign();
        return behind;
    }

    /// <summary>Reads a slice, and names the tasks that are done.</summary>
    public IReadOnlyList<ActiveTask> Advance(TimeSpan wait)
    {
        if (_restores.Count == 0)
            return [];
        Consumer.Poll(wait, RecordsPerSlice, this);
        foreach (var restore in _restores.Values)
            restore.Apply();
        foreach (var task in _restores.Values.GroupBy(r => r.Task))
            task.Key.Metrics.RestoreRemaining = task.Sum(r => Math.Max(0, r.End - r.Next));
        var done = _restores.Where(r => r.Value.Next >= r.Value.End).ToList();
        foreach (var (changelog, restore) in done)
        {
            RuntimeLog.RestoreEnds(logger, restore.Task.Id, restore.Store, restore.Count);
            _restores.Remove(changelog);
        }

        if (done.Count > 0)
            Assign();
        return
        [
            .. done.Select(d => d.Value.Task).Distinct()
                .Where(t => !IsRestoring(t)),
        ];
    }

    public bool IsRestoring(ActiveTask task) => _restores.Values.Any(r => r.Task == task);

    /// <summary>Forgets a task that is given back.</summary>
    public void Drop(ActiveTask task)
    {
        var gone = _restores.Where(r => r.Value.Task == task).Select(r => r.Key).ToList();
        foreach (var changelog in gone)
            _restores.Remove(changelog);
        if (gone.Count > 0)
            Assign();
    }

    public void OnRecord(in RawRecord record)
    {
        var metadata = record.Metadata;
        if (_restores.TryGetValue(new TopicPartition(metadata.Topic, metadata.Partition), out var restore)
            && metadata.Offset < restore.End)
        {
            restore.Add(record);
        }
        else if (restore is not null)
            restore.Next = Math.Max(restore.Next, restore.End);
    }

    public void OnEnd(TopicPartition partition, long offset)
    {
        if (_restores.TryGetValue(partition, out var restore))
            restore.Next = Math.Max(restore.Next, offset);
    }

    public void Dispose() => _consumer?.Dispose();

    private void Assign() => Consumer.Assign(_restores.ToDictionary(r => r.Key, r => r.Value.Next));

    private sealed class Restore(ActiveTask task, string store, StoreRestorer restorer, long end)
    {
        private const long BatchBytes = 4 << 20;
        private long _written = -1;

        public ActiveTask Task { get; } = task;

        public string Store { get; } = store;

        public long End { get; } = end;

        public long Next { get; set; }

        public long Count { get; private set; }

        public void Add(in RawRecord record)
        {
            restorer.Add(record);
            Next = record.Metadata.Offset + 1;
            Count++;
            Task.Metrics.Restore.Increment();
            if (restorer.PendingBytes > BatchBytes)
                Apply();
        }

        public void Apply()
        {
            if (Next == _written)
                return;
            restorer.Write(Next);
            _written = Next;
        }
    }
}
