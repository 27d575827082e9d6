using MedStreams.Streams.Kafka;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>The standby and warm-up tasks of one thread.</summary>
internal sealed class StandbySet(ThreadParts parts, ChangelogReader reader)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly SortedDictionary<TaskId, StandbyTask> _tasks = [];
    private readonly HashSet<StandbyTask> _begun = [];

    public IReadOnlyCollection<StandbyTask> Tasks => _tasks.Values;

    /// <summary>True while one of them is not open yet.</summary>
    public bool HasUnopened => _begun.Count < _tasks.Count;

    /// <summary>Whether there are warm-up tasks, and all are so near that the group should hear of it.</summary>
    public bool AreWarmupsNear
    {
        get
        {
            var any = false;
            foreach (var task in _tasks.Values)
            {
                if (!task.IsWarmup)
                    continue;
                any = true;
                if (!_begun.Contains(task) || (reader.LagOf(task) ?? long.MaxValue) > parts.Config.AcceptableRecoveryLag)
                    return false;
            }

            return any;
        }
    }

    /// <summary>Ends those that are not wanted any more, and changes roles.</summary>
    public void Keep(IReadOnlyCollection<TaskId> standby, IReadOnlyCollection<TaskId> warmup)
    {
        foreach (var gone in _tasks.Keys.Where(t => !standby.Contains(t) && !warmup.Contains(t)).ToList())
            Close(gone);
        foreach (var task in _tasks.Values)
            task.IsWarmup = warmup.Contains(task.Id);
    }

    /// <summary>Makes those that are missing.</summary>
    /// <param name="standby">Standby tasks.</param>
    /// <param name="warmup">Warm-up tasks.</param>
    /// <param name="states">States that active tasks of this thread have left open.</param>
    public void Add(
        IReadOnlyCollection<TaskId> standby, IReadOnlyCollection<TaskId> warmup, IReadOnlyDictionary<TaskId, TaskState> states)
    {
        foreach (var id in standby.Concat(warmup).Where(t => !_tasks.ContainsKey(t)))
        {
            var task = new StandbyTask(id, parts.Topics.Subtopologies[id.Subtopology], warmup.Contains(id));
            if (states.TryGetValue(id, out var state))
                task.Adopt(state);
            _tasks.Add(id, task);
        }
    }

    /// <summary>Ends a task and gives its state to the caller, open; null where it is not open.</summary>
    public TaskState? Release(TaskId id, StandbySuspension reason)
    {
        if (!_tasks.Remove(id, out var task))
            return null;
        reader.Drop(task, reason);
        _begun.Remove(task);
        return task.Release();
    }

    /// <summary>Opens those that can be opened.</summary>
    public void Advance(IStreamConsumer group)
    {
        if (!HasUnopened)
            return;
        foreach (var task in _tasks.Values.Where(t => !_begun.Contains(t)))
        {
            if (task.State is null && !task.TryOpen(parts))
                continue;
            if (!TryAskCommitted(task, group) || reader.Begin(task) is null)
                return;
            _begun.Add(task);
        }
    }

    /// <summary>Notes how far each is.</summary>
    public void NotePositions()
    {
        foreach (var task in _begun)
            parts.Positions.Set(task.Id, task.State!);
    }

    public void CloseAll()
    {
        foreach (var id in _tasks.Keys.ToList())
            Close(id);
    }

    private void Close(TaskId id)
    {
        if (Release(id, StandbySuspension.Migrated) is not { } state)
            return;
        parts.Positions.SetClosed(id, state);
        state.Dispose();
    }

    private static bool TryAskCommitted(StandbyTask task, IStreamConsumer group)
    {
        var sources = task.State!.Changelogs.Where(c => c.IsSource).Select(c => c.Partition).ToList();
        if (sources.Count > 0)
            task.Committed = group.TryCommitted(sources, CallTimeout);
        return sources.Count == 0 || task.Committed is not null;
    }
}
