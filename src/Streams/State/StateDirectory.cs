using System.Collections.Concurrent;
using System.Globalization;
using MedStreams.RocksDb;
using MedStreams.Streams.Queries;

namespace MedStreams.Streams.State;

/// <summary>
/// The folder <c>state.dir/application.id</c> of one instance, with a folder for each task. Held by one instance at a time, by a lock
/// on its file <c>.lock</c>. Owns what all tasks share: the block cache and the bound on memory tables. Safe for use by several
/// threads.
/// </summary>
internal sealed class StateDirectory : IDisposable
{
    private const string LockFile = ".lock";
    private const string GlobalFolder = "global";

    // A task may have many small stores: none shall count for more than it holds.
    private const long ArenaBlockBytes = 64 << 10;

    // Of all stores of a task together: reads of what is not in a memory table take a third of the time.
    private const double MemoryTableBloomShare = 0.02;

    private readonly FileStream _lock;
    private readonly ConcurrentDictionary<TaskId, byte> _open = new();
    private readonly Lazy<RocksDbCache> _cache;
    private readonly TimeProvider _clock;

    private StateDirectory(string path, FileStream lockFile, StateSettings settings, TimeProvider clock)
    {
        Path = path;
        Settings = settings;
        _lock = lockFile;
        _clock = clock;
        _cache = new Lazy<RocksDbCache>(() => new RocksDbCache(settings.BlockCacheBytes));
        Memory = new RocksDbWriteBufferManager(settings.WriteBufferBytes);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    public StateSettings Settings { get; }

    /// <summary>The tasks whose stores can be asked.</summary>
    public QueryRegistry Queries { get; } = new();

    /// <summary>Blocks, indexes and filters of all tasks.</summary>
    public RocksDbCache Cache => _cache.Value;

    /// <summary>What the memory tables of all tasks may take.</summary>
    public RocksDbWriteBufferManager Memory { get; }

    /// <summary>The tasks that have a folder.</summary>
    public IReadOnlyList<TaskId> Tasks =>
        [.. Directory.EnumerateDirectories(Path).Select(d => Parse(System.IO.Path.GetFileName(d))).OfType<TaskId>().Order()];

    /// <summary>Takes the folder.</summary>
    /// <param name="stateDirectory">The setting <c>state.dir</c>.</param>
    /// <param name="applicationId">The application's id.</param>
    /// <param name="settings">How state is kept.</param>
    /// <param name="clock">Tells how old an unused folder is.</param>
    /// <exception cref="StateLockedException">Another instance has it, or it cannot be written.</exception>
    public static StateDirectory Open(
        string stateDirectory, string applicationId, StateSettings settings, TimeProvider clock)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(stateDirectory, applicationId));
        try
        {
            Directory.CreateDirectory(path);
            var file = new FileStream(
                System.IO.Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new StateDirectory(path, file, settings, clock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateLockedException(
                $"The state folder {path} cannot be used: another instance has it, or it cannot be written. Give each instance on a "
                + "machine a state.dir of its own.",
                e);
        }
    }

    /// <summary>The folder of a task.</summary>
    public string PathOf(TaskId task) =>
        System.IO.Path.Combine(Path, task == TaskId.Global ? GlobalFolder : task.ToString());

    /// <summary>Deletes the state of a task that is not open.</summary>
    /// <exception cref="StateLockedException">It is open.</exception>
    public void Wipe(TaskId task)
    {
        Acquire(task);
        try
        {
            if (Directory.Exists(PathOf(task)))
                Directory.Delete(PathOf(task), recursive: true);
        }
        finally
        {
            Release(task);
        }
    }

    /// <summary>Deletes the state of tasks that nobody has opened for so long (<c>state.cleanup.delay.ms</c>).</summary>
    /// <returns>The tasks whose state was deleted.</returns>
    public IReadOnlyList<TaskId> CleanUp(TimeSpan unusedFor)
    {
        var before = _clock.GetUtcNow() - unusedFor;
        var wiped = new List<TaskId>();
        foreach (var task in Tasks)
        {
            if (_open.ContainsKey(task) || Directory.GetLastWriteTimeUtc(PathOf(task)) > before.UtcDateTime)
                continue;
            try
            {
                Wipe(task);
                wiped.Add(task);
            }
            catch (StateLockedException)
            {
                // Opened in between: in use, so nothing to clean.
            }
        }

        return wiped;
    }

    /// <summary>Gives the folder back. Every task must be closed.</summary>
    public void Dispose()
    {
        if (_cache.IsValueCreated)
            _cache.Value.Dispose();
        _lock.Dispose();
    }

    /// <summary>Marks a task as open in this process.</summary>
    /// <exception cref="StateLockedException">Another thread has it open.</exception>
    internal void Acquire(TaskId task)
    {
        if (!_open.TryAdd(task, 0))
        {
            throw new StateLockedException($"The state of task {task} is still open in another thread: try again later.")
            {
                Task = task,
            };
        }
    }

    /// <summary>Marks a task as closed; its folder counts as used until now.</summary>
    internal void Release(TaskId task)
    {
        if (Directory.Exists(PathOf(task)))
            Directory.SetLastWriteTimeUtc(PathOf(task), _clock.GetUtcNow().UtcDateTime);
        _open.TryRemove(task, out _);
    }

    /// <summary>How the database of a task with so many stores is opened.</summary>
    internal RocksDbOptions DatabaseOptions(int stores) => new()
    {
        BlockCache = _cache.Value,
        WriteBufferManager = Memory,
        WriteAheadLog = false,
        AtomicFlush = true,
        WriteBufferBytes = Settings.TaskWriteBufferBytes,
        DatabaseWriteBufferBytes = Settings.TaskWriteBufferBytes,
        ArenaBlockBytes = ArenaBlockBytes,
        MemoryTableBloomShare = MemoryTableBloomShare / stores,
        Compression = Settings.Compression,
        EnableStatistics = Settings.EnableStatistics,
    };

    private static TaskId? Parse(string folder)
    {
        var parts = folder.Split('_');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var subtopology)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                ? new TaskId(subtopology, partition)
                : null;
    }
}
