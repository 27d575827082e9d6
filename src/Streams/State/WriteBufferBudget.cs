namespace MedStreams.Streams.State;

/// <summary>
/// Bounds the memory tables of all tasks of an instance together, since RocksDB 7.8 offers no such bound to C: after each commit
/// a task tells how much its own take, and flushes them when all are over the bound and its own are above the average, and worth a
/// file. Safe for use by several threads.
/// </summary>
internal sealed class WriteBufferBudget(long bytes)
{
    // An empty memory table takes memory too, which no flush gives back.
    private const long WorthAFile = 1 << 20;

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
            return _total > bytes && used >= Math.Max(WorthAFile, _total / _usage.Count);
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
