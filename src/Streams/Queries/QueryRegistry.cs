namespace MedStreams.Streams.Queries;

/// <summary>The tasks of an instance that can be asked. Safe for use by several threads.</summary>
internal sealed class QueryRegistry
{
    private readonly Lock _lock = new();

    // Replaced as a whole, so that those who ask need no lock.
    private volatile Dictionary<string, SortedDictionary<int, QueryableTask>> _byStore = new(StringComparer.Ordinal);

    /// <summary>The tasks that have a store here, by partition.</summary>
    public IReadOnlyDictionary<int, QueryableTask> TasksOf(string store) =>
        _byStore.TryGetValue(store, out var tasks) ? tasks : System.Collections.Immutable.ImmutableDictionary<int, QueryableTask>.Empty;

    public void Add(QueryableTask task) => Change(task, static (tasks, t) => tasks[t.TaskId.Partition] = t);

    /// <summary>Takes a task out and waits until nobody asks it any more.</summary>
    public void Remove(QueryableTask task)
    {
        Change(task, static (tasks, t) =>
        {
            if (tasks.TryGetValue(t.TaskId.Partition, out var known) && known == t)
                tasks.Remove(t.TaskId.Partition);
        });
        task.Close();
    }

    private void Change(QueryableTask task, Action<SortedDictionary<int, QueryableTask>, QueryableTask> change)
    {
        lock (_lock)
        {
            var changed = new Dictionary<string, SortedDictionary<int, QueryableTask>>(_byStore, StringComparer.Ordinal);
            foreach (var store in task.StoreNames)
            {
                var tasks = new SortedDictionary<int, QueryableTask>();
                if (changed.TryGetValue(store, out var known))
                {
                    foreach (var (partition, other) in known)
                        tasks.Add(partition, other);
                }

                change(tasks, task);
                changed[store] = tasks;
            }

            _byStore = changed;
        }
    }
}
