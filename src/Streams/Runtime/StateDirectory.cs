using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The folder of one application on this machine: <c>state.dir/application.id</c>, with a folder for each task that has stores, the
/// name that this instance goes by, and a lock that keeps other processes out. Shared by the threads of the instance.
/// </summary>
internal sealed class StateDirectory : IStateOpener
{
    private readonly FileStream _lock;
    private readonly Lock _guard = new();
    private readonly HashSet<TaskId> _open = [];

    private StateDirectory(string path, FileStream lockFile, StreamsConfig config)
    {
        _lock = lockFile;
        InstanceId = config.InstanceId ?? ReadOrMakeId(Path.Combine(path, "instance-id"));
    }

    /// <summary>Names this instance on the ring, the same after a restart.</summary>
    public string InstanceId { get; }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="StreamsException">Another process has it, or it cannot be written.</exception>
    public static StateDirectory Open(StreamsConfig config)
    {
        var path = Path.Combine(config.StateDir, config.ApplicationId);
        try
        {
            Directory.CreateDirectory(path);
            var lockFile = new FileStream(
                Path.Combine(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new StateDirectory(path, lockFile, config);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StreamsException(
                $"The state folder {path} cannot be used: another process has it, or it cannot be written. Give each instance "
                + "on a machine a state.dir of its own.",
                e);
        }
    }

    public ITaskState? TryOpen(TaskContext context, IReadOnlyList<IStoreBuilder> stores)
    {
        lock (_guard)
        {
            if (!_open.Add(context.TaskId))
                return null;
        }

        return new Lease(this, context.TaskId, new NoState());
    }

    public void Dispose() => _lock.Dispose();

    private static string ReadOrMakeId(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } id)
            return id;
        id = Guid.NewGuid().ToString("N");
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(id));
        stream.Flush(flushToDisk: true);
        return id;
    }

    private void Release(TaskId task)
    {
        lock (_guard)
            _open.Remove(task);
    }

    /// <summary>Gives the task free for other threads when its state is closed.</summary>
    private sealed class Lease(StateDirectory owner, TaskId task, ITaskState state) : ITaskState
    {
        private bool _released;

        public IReadOnlyDictionary<string, long?> Positions => state.Positions;

        public long UncommittedBytes => state.UncommittedBytes;

        public void Wipe(string store) => state.Wipe(store);

        public void Restore(string store, IReadOnlyList<RestoredRecord> records, long nextOffset) =>
            state.Restore(store, records, nextOffset);

        public void Commit(IReadOnlyDictionary<string, long> positions) => state.Commit(positions);

        public void Dispose()
        {
            if (_released)
                return;
            _released = true;
            state.Dispose();
            owner.Release(task);
        }
    }

    /// <summary>A task without stores has nothing on disk.</summary>
    private sealed class NoState : ITaskState
    {
        public IReadOnlyDictionary<string, long?> Positions { get; } = new Dictionary<string, long?>();

        public long UncommittedBytes => 0;

        public void Wipe(string store) => throw NoStore(store);

        public void Restore(string store, IReadOnlyList<RestoredRecord> records, long nextOffset) => throw NoStore(store);

        public void Commit(IReadOnlyDictionary<string, long> positions)
        {
        }

        public void Dispose()
        {
        }

        private static InvalidOperationException NoStore(string store) => new($"The task has no store named {store}.");
    }
}
