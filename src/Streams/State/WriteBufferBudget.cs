namespace MedStreams.Streams.State;

/// <summary>
/// Bounds the memory tables of all tasks of an instance together, since RocksDB 7.8 offers no such bound to C: after each commit
/// a task tells how much its own take, and flushes them when all are over the bound and its own are above the average. Safe for use by
/// several threads.
/// </summary>
internal sealed class WriteBufferBudget(long bytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TaskId, long> _usage = [];
    private long _total;

    /// <summary>Bytes of the memory tables of all tasks, as last told.</summary>
    public long TotalBytes
    {
        get
        {
            lock (_lock)
                return _total;
        }
    }

    /// <summary>Tells what a task uses; answers whether it shall flush.</summary>
    public bool Report(TaskId task, long used)
    {
        lock (_lock)
        {
            _total += used - _usage.GetValueOrDefault(task);
            _usage[task] = used;
            return _total > bytes && used >= _total / _usage.Count;
        }
    }

    /// <summary>The task is closed.</summary>
    public void Remove(TaskId task)
    {
        lock (_lock)
        {
            if (_usage.Remove(task, out var used))
                _total -= used;
        }
    }
}
