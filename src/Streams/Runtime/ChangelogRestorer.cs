using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
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
        var behind = new Dictionary<TopicPartition, Restore>();
        foreach (var (store, changelog) in task.Changelogs)
        {
            if (Consumer.TryBounds(changelog, timeout) is not var (beginning, end))
                return null;
            var position = task.State!.Positions[store];
            if (position is { } at && (at < beginning || at > end))
            {
                RuntimeLog.ChangelogLost(logger, task.Id, store, at, beginning, end);
                task.State.Wipe(store);
                position = null;
            }

            var from = position ?? beginning;
            if (from < end)
                behind.Add(changelog, new Restore(task, store, end) { Next = from });
        }

        foreach (var (changelog, restore) in behind)
        {
            RuntimeLog.RestoreBegins(logger, task.Id, restore.Store, restore.Next, restore.End);
            _restores.Add(changelog, restore);
        }

        if (behind.Count > 0)
            Assign();
        return behind.Count;
    }

    /// <summary>Reads a slice, and names the tasks that are done.</summary>
    public IReadOnlyList<ActiveTask> Advance(TimeSpan wait)
    {
        if (_restores.Count == 0)
            return [];
        Consumer.Poll(wait, RecordsPerSlice, this);
        foreach (var restore in _restores.Values)
            restore.Apply();
        var done = _restores.Where(r => r.Value.Next >= r.Value.End).ToList();
        foreach (var (changelog, restore) in done)
        {
            RuntimeLog.RestoreEnds(logger, restore.Task.Id, restore.Store, restore.Count);
            _restores.Remove(changelog);
        }

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
        if (_restores.TryGetValue(new TopicPartition(metadata.Topic, metadata.Partition), out var restore))
            restore.Add(record);
    }

    public void OnEnd(TopicPartition partition, long offset)
    {
        if (_restores.TryGetValue(partition, out var restore))
            restore.Next = Math.Max(restore.Next, offset);
    }

    public void Dispose() => _consumer?.Dispose();

    private void Assign() => Consumer.Assign(_restores.ToDictionary(r => r.Key, r => r.Value.Next));

    private sealed class Restore(ActiveTask task, string store, long end)
    {
        private readonly List<RestoredRecord> _records = [];
        private long _applied = -1;

        public ActiveTask Task { get; } = task;

        public string Store { get; } = store;

        public long End { get; } = end;

        public long Next { get; set; }

        public long Count { get; private set; }

        public void Add(in RawRecord record)
        {
            Next = record.Metadata.Offset + 1;
            Count++;
            // A changelog record without key says nothing; only a foreign writer could have left one.
            if (record.HasKey)
            {
                _records.Add(new RestoredRecord(
                    record.Key.ToArray(),
                    record.HasValue ? record.Value.ToArray() : null,
                    record.Timestamp,
                    record.Headers));
            }
        }

        public void Apply()
        {
            if (Next == _applied)
                return;
            Task.State!.Restore(Store, _records, Next);
            _records.Clear();
            _applied = Next;
        }
    }
}
