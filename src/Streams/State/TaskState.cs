using MedStreams.Streams.Graph;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;
using MedStreams.Streams.Queries;

namespace MedStreams.Streams.State;

/// <summary>
/// The state of one task: the bytes of all its stores, committed together with their positions in the changelogs. Life: <see cref="Open"/>;
/// restore with <see cref="Restorer"/>s; <see cref="OpenStores"/> once it is active; then, again and again, process,
/// flush the caches, commit to Kafka, <see cref="Commit"/>. Owned by one thread at a time.
/// </summary>
/// <remarks>
/// Writes of stores stay in memory until <see cref="Commit"/>, which applies them and the positions in one RocksDB batch. A crash at any
/// point leaves a committed position, perhaps an older one, since there is no write-ahead log: restoring
/// goes on from there. After an aborted transaction call <see cref="Rollback"/>. Stores in memory behave alike, but their
/// positions are forgotten on close.
/// </remarks>
internal sealed class TaskState : IDisposable
{
    private readonly StateDirectory? _directory;
    private readonly TaskDatabase? _database;
    private readonly IReadOnlyList<StoreDefinition> _definitions;
    private readonly Dictionary<string, StoreBytes> _stores = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long?> _positions = new(StringComparer.Ordinal);
    private readonly List<IStateStore> _open = [];
    private readonly OwnStores _own = new();
    private readonly List<(StoreBytes Store, CacheMetrics Metrics)> _cached = [];
    private readonly bool _isShared;
    private bool _disposed;

    private TaskState(
        StateDirectory? directory,
        TaskId taskId,
        IReadOnlyList<StoreDefinition> definitions,
        TaskDatabase? database,
        IReadOnlyList<StoreChangelog> changelogs)
    {
        _directory = directory;
        _database = database;
        _definitions = definitions;
        _isShared = taskId == TaskId.Global;
        TaskId = taskId;
        Changelogs = changelogs;
        foreach (var layout in Layouts(definitions))
            _stores.Add(layout.Name, OpenBytes(layout));
        foreach (var changelog in changelogs)
        {
            _positions[changelog.Store] = IsOnDisk(changelog.Store)
                ? _database!.PositionOf(changelog.Store, changelog.Partition)
                : null;
        }

        if (directory is null)
            return;
        Queries = new QueryableTask(taskId, QueryableStores(), CommitLock);
        PublishPositions();
        directory.Queries.Add(Queries);
    }

    public TaskId TaskId { get; }

    /// <summary>Held while committed content changes, for readers on other threads that need several things of one moment.</summary>
    public Lock CommitLock { get; } = new();

    /// <summary>What other threads may ask of the stores; null without a folder.</summary>
    public QueryableTask? Queries { get; private set; }

    /// <summary>What the stores are restored from; stores without a changelog are missing.</summary>
    public IReadOnlyList<StoreChangelog> Changelogs { get; }

    /// <summary>
    /// The next changelog offset of each store that has a changelog, as committed; null where it is to be restored from the beginning.
    /// </summary>
    public IReadOnlyDictionary<string, long?> Positions => _positions;

    /// <summary>About how many bytes of memory the uncommitted writes take: commit early when they become many.</summary>
    public long UncommittedBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var store in _stores.Values)
                bytes += store.Overlay.Bytes;
            return bytes;
        }
    }

    /// <summary>Opens what is on disk and makes what is missing.</summary>
    /// <param name="directory">The instance's folder; null keeps every store in memory, as the test driver does.</param>
    /// <param name="taskId">The task; <see cref="TaskId.Global"/> for what an instance keeps whole.</param>
    /// <param name="applicationId">The application's id, for the names of changelogs.</param>
    /// <param name="stores">The stores of the task's sub-topology.</param>
    /// <param name="resolveTopic">Full name of a source topic.</param>
    /// <exception cref="StateCorruptedException">Wipe the task's folder and open again: it then restores from the beginning.</exception>
    /// <exception cref="StateLockedException">Another thread has the task's state open: try again later.</exception>
    public static TaskState Open(
        StateDirectory? directory,
        TaskId taskId,
        string applicationId,
        IReadOnlyList<StoreDefinition> stores,
        Func<string, string> resolveTopic)
    {
        // The topics of global stores have many partitions, whose positions are kept apart from these.
        var logged = taskId == TaskId.Global ? [] : stores.Where(s => s.SourceTopic is not null || s.Builder.LoggingEnabled);
        var changelogs = logged.Select(s => new StoreChangelog(
            s.Name,
            new TopicPartition(
                s.SourceTopic is null ? StoreChangelog.TopicOf(applicationId, s.Name) : resolveTopic(s.SourceTopic),
                taskId.Partition),
            s.SourceTopic is not null)).ToList();
        if (directory is null)
            return new TaskState(null, taskId, stores, null, changelogs);
        var onDisk = Layouts(stores).Where(l => l.Persistent).ToList();
        directory.Acquire(taskId);
        TaskDatabase? database = null;
        try
        {
            if (onDisk.Count > 0)
                database = TaskDatabase.Open(taskId, directory.PathOf(taskId), directory.DatabaseOptions(onDisk.Count), onDisk);
            return new TaskState(directory, taskId, stores, database, changelogs);
        }
        catch
        {
            database?.Dispose();
            directory.Release(taskId);
            throw;
        }
    }

    /// <summary>Makes the stores that users wrote, which must be open when they are restored. The state keeps the context.</summary>
    /// <exception cref="StreamsException">One of them does not say how it is restored.</exception>
    public void OpenOwnStores(TaskContext context)
    {
        context.State = this;
        _own.Open(context, _definitions, ChangelogOf);
    }

    /// <summary>Makes the stores that processors use and registers them in the context, in the order of the topology.</summary>
    public void OpenStores(TaskContext context)
    {
        context.State = this;
        if (context.Metrics is { } metrics)
            Measure(metrics);
        foreach (var store in _stores.Values.Where(s => IsOnDisk(s.Layout) && !_isShared))
            store.KeepCommitted(context.Cache);
        foreach (var definition in _definitions)
        {
            var store = _own.Find(definition.Name);
            if (store is null)
            {
                store = definition.Builder.Build();
                store.Init(new StoreContext(context, ChangelogOf(definition.Name)));
                _open.Add(store);
            }

            context.Register(store);
            if (context.Metrics is { } task && store is IEngineStore { HeldBytes: not null })
                _cached.Add((_stores[store.Name], task.Add(new CacheMetrics(task, store.Name))));
        }

        if (Queries is not null)
            Queries.IsActive = true;
    }

    /// <summary>Writes records of a changelog into the store that it belongs to.</summary>
    public StoreRestorer Restorer(string store) => _own.RestoreOf(store) is { } restore
        ? new OwnRestorer(this, store, restore)
        : new BytesRestorer(this, _stores[store], _database);

    /// <summary>Empties a store, so that it is restored from the beginning.</summary>
    public void Wipe(string store)
    {
        if (Queries is not null)
            _directory!.Queries.Remove(Queries); // nobody may be reading what goes away
        if (_stores.TryGetValue(store, out var bytes))
        {
            if (IsOnDisk(bytes.Layout))
                _database!.Wipe(bytes.Layout);
            bytes.Reset();
        }

        if (_positions.ContainsKey(store))
            _positions[store] = null;
        if (Queries is null)
            return;
        Queries = new QueryableTask(TaskId, QueryableStores(), CommitLock);
        PublishPositions();
        _directory!.Queries.Add(Queries);
    }

    /// <summary>
    /// Makes the uncommitted writes of all stores, and the positions, part of what is committed. Call it after the offsets and changelog records
    /// are committed in Kafka, caches flushed.
    /// </summary>
    /// <param name="positions">
    /// By store, the next offset of its changelog where that has moved: after the last acknowledged record, or the committed input offset
    /// where a source topic is the changelog.
    /// </param>
    /// <exception cref="StreamsException">The disk failed, and nothing was written to it: close, open again and restore.</exception>
    public void Commit(IReadOnlyDictionary<string, long> positions)
    {
        foreach (var changelog in Changelogs)
        {
            if (positions.TryGetValue(changelog.Store, out var offset))
                SetPosition(changelog.Store, offset);
        }

        MakeRoom(UncommittedBytes);
        lock (CommitLock)
        {
            foreach (var store in _stores.Values)
                Stage(store);
            _database?.Write();
            foreach (var store in _stores.Values)
                store.MarkCommitted();
        }

        PublishPositions();
        foreach (var (store, metrics) in _cached)
            metrics.Sample(store.Hits, store.Reads);
    }

    /// <summary>Drops the uncommitted writes, and what caches hold back, as if they had never been made.</summary>
    public void Rollback()
    {
        foreach (var store in _open.OfType<IEngineStore>())
            store.Discard();
        foreach (var store in _stores.Values)
            store.Rollback();
    }

    /// <summary>Closes the stores that processors use; the state stays open, as for a task that becomes a standby.</summary>
    public void CloseStores()
    {
        Rollback();
        foreach (var store in _open)
            store.Close();
        _open.Clear();
        _own.Close();
        foreach (var lost in Changelogs.Where(c => !_stores.ContainsKey(c.Store)))
            _positions[lost.Store] = null;
        if (Queries is not null)
            (Queries.IsActive, Queries.Position) = (false, Position.Empty);
        _cached.Clear();
        foreach (var store in _stores.Values)
        {
            store.KeepCommitted(null);
            store.Metrics = null;
        }
    }

    /// <summary>Closes all; uncommitted writes are lost, as they must be. What is committed is flushed to disk.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (Queries is not null)
            _directory!.Queries.Remove(Queries);
        CloseStores();
        foreach (var store in _stores.Values)
            (store.Committed as RocksBytes)?.Release();
        _database?.Dispose();
        _directory?.Release(TaskId);
    }

    /// <summary>Whether users wrote none of the stores: theirs may hold what is not committed.</summary>
    internal bool IsTheEnginesOwn => _definitions.All(d => _stores.ContainsKey(d.Name));

    /// <summary>The bytes of a store.</summary>
    internal StoreBytes Bytes(string store) => _stores[store];

    /// <summary>The bytes of a store; null where the task has no engine's store of that name.</summary>
    internal StoreBytes? TryBytes(string store) => _stores.GetValueOrDefault(store);

    /// <summary>The bytes of a store for another thread: what is committed, as it goes on.</summary>
    internal StoreBytes SharedBytes(string store)
    {
        var bytes = _stores[store];
        return new StoreBytes(
            bytes.Layout,
            IsOnDisk(bytes.Layout) ? new RocksBytes(bytes.Layout.Name, _database!, isShared: true) : bytes.Committed,
            bytes);
    }

    /// <summary>The committed position of a global store in one partition of its topic; null where there is none.</summary>
    internal long? GlobalPosition(string store, TopicPartition partition) =>
        IsOnDisk(store)
            ? _database!.GlobalPositionOf(store, partition)
            : null;

    /// <summary>Puts a position of a global store into the next commit.</summary>
    internal void SetGlobalPosition(string store, TopicPartition partition, long offset)
    {
        if (IsOnDisk(store))
            _database!.PutGlobalPosition(store, partition, offset);
    }

    /// <summary>The changelog of a store; null where it has none.</summary>
    internal StoreChangelog? ChangelogOf(string store)
    {
        foreach (var changelog in Changelogs)
        {
            if (changelog.Store == store)
                return changelog;
        }

        return null;
    }

    /// <summary>Puts a position into the next batch, and into <see cref="Positions"/>.</summary>
    internal void SetPosition(string store, long offset)
    {
        if (ChangelogOf(store) is not { } changelog)
            return;
        _positions[store] = offset;
        if (IsOnDisk(store))
            _database!.PutPosition(store, changelog.Partition, offset);
    }

    /// <summary>Puts what a store has to commit into the next batch.</summary>
    internal void Stage(StoreBytes store)
    {
        if (store.Stage() is { } state && IsOnDisk(store.Layout))
            _database!.PutState(store.Layout.Name, state);
    }

    /// <summary>Makes room in the memory tables of all tasks, which a write would do too, but while others wait for the lock.</summary>
    internal void MakeRoom(long bytes)
    {
        if (_database is not null)
            _directory!.Memory.MakeRoom(bytes, entries: 0);
    }

    private IEnumerable<QueryableStore> QueryableStores()
    {
        foreach (var builder in _definitions.Select(d => d.Builder).OfType<IEngineStoreBuilder>())
        {
            var name = builder.Layout.Name;
            var changelog = ChangelogOf(name)?.Partition;
            yield return new QueryableStore(builder, _stores[name], changelog?.Topic ?? name, changelog);
        }
    }

    /// <summary>Tells those who ask how far the stores are.</summary>
    internal void PublishPositions()
    {
        if (Queries is not null)
            Queries.ChangelogPositions = new Dictionary<string, long?>(_positions, StringComparer.Ordinal);
    }

    private void Measure(TaskMetrics metrics)
    {
        metrics.CachedBytes = () => _open.OfType<IEngineStore>().Sum(s => s.HeldBytes ?? 0);
        foreach (var store in _stores.Values)
        {
            store.Metrics = metrics.Add(new StoreMetrics(metrics, store.Layout));
            if (store.RestoreTicks > 0)
                store.Metrics.Record(StoreOperation.Restore, store.RestoreTicks);
            if (IsOnDisk(store.Layout))
                metrics.Add(new RocksMetrics(metrics, store.Layout, ((RocksBytes)store.Committed).Property, _directory!.Cache));
        }

        if (_database is not null && metrics.Thread.IsDebug)
            metrics.Add(new RocksStatistics(metrics, () => _database.Database.Statistics));
    }

    private static IEnumerable<StoreLayout> Layouts(IReadOnlyList<StoreDefinition> stores) =>
        stores.Select(s => s.Builder).OfType<IEngineStoreBuilder>().Select(b => b.Layout);

    private bool IsOnDisk(string store) => _stores.TryGetValue(store, out var bytes) && IsOnDisk(bytes.Layout);

    private bool IsOnDisk(StoreLayout layout) => layout.Persistent && _database is not null;

    private StoreBytes OpenBytes(StoreLayout layout)
    {
        if (!IsOnDisk(layout))
            return new StoreBytes(layout, _isShared ? new SharedMemoryBytes() : new MemoryBytes());
        var store = new StoreBytes(layout, new RocksBytes(layout.Name, _database!));
        if (_database!.StateOf(layout.Name) is { } state)
            store.Load(state);
        return store;
    }
}
