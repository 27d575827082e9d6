using System.Collections.Concurrent;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Queries;

/// <summary>
/// The stores of one task as other threads may ask them: what is committed, and nothing else. While the task closes, questions in flight are
/// waited for and new ones get no answer. Safe for use by several threads.
/// </summary>
internal sealed class QueryableTask
{
    private readonly Dictionary<string, QueryableStore> _stores;
    private readonly Lock _commitLock;
    private readonly object _gate = new(); // not a Lock: closing waits on it
    private int _asking;
    private bool _isClosed;
    private volatile bool _isActive;
    private volatile Position _position = Position.Empty;
    private volatile IReadOnlyDictionary<string, long?> _changelogPositions = new Dictionary<string, long?>();

    /// <summary>A task that is not active yet.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="stores">Its stores by name.</param>
    /// <param name="commitLock">Held while committed content changes.</param>
    public QueryableTask(TaskId taskId, IEnumerable<QueryableStore> stores, Lock commitLock)
    {
        (TaskId, _commitLock) = (taskId, commitLock);
        _stores = stores.ToDictionary(static s => s.Name, StringComparer.Ordinal);
    }

    public TaskId TaskId { get; }

    public IReadOnlyCollection<string> StoreNames => _stores.Keys;

    /// <summary>Whether the task takes records here; else it is a standby, or is being restored.</summary>
    public bool IsActive
    {
        get => _isActive;
        set => _isActive = value;
    }

    /// <summary>How far its input is part of what is committed; empty where that is not known.</summary>
    public Position Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>By store, the next changelog offset, as committed; null where nothing is.</summary>
    public IReadOnlyDictionary<string, long?> ChangelogPositions
    {
        get => _changelogPositions;
        set => _changelogPositions = value;
    }

    /// <summary>The changelog of a store; null where it has none.</summary>
    public TopicPartition? ChangelogOf(string store) => _stores.GetValueOrDefault(store)?.Changelog;

    /// <summary>Asks a store; answers false where the task is closing or closed.</summary>
    public bool TryAsk<T>(string store, Func<QueryView, T> ask, out T? answer)
    {
        answer = default;
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _asking++;
        }

        try
        {
            answer = _stores[store].Ask(ask, _commitLock);
            return true;
        }
        finally
        {
            lock (_gate)
            {
                if (--_asking == 0 && _isClosed)
                    Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Lets nobody ask any more, and returns when nobody does.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_asking > 0)
                Monitor.Wait(_gate);
        }
    }
}

/// <summary>One store of a task, with the views over it that are not in use.</summary>
internal sealed class QueryableStore(IEngineStoreBuilder builder, StoreBytes bytes, string topic, TopicPartition? changelog)
{
    // As many as questions at once, which are few; each holds buffers only.
    private readonly ConcurrentBag<QueryView> _idle = [];

    public string Name => bytes.Layout.Name;

    public TopicPartition? Changelog => changelog;

    // What is in memory changes in place; a version may lie in several rows.
    private bool NeedsLock => bytes.Committed is MemoryBytes || bytes.Layout.Kind == StoreKind.Versioned;

    public T Ask<T>(Func<QueryView, T> ask, Lock commitLock)
    {
        var view = _idle.TryTake(out var idle) ? idle : Open();
        try
        {
            if (!NeedsLock)
                return ask(view);
            lock (commitLock)
                return ask(view);
        }
        finally
        {
            _idle.Add(view);
        }
    }

    private QueryView Open()
    {
        var view = new StoreBytes(bytes.Layout, new CommittedView(bytes.Committed), bytes) { Pages = new ScanPages() };
        var store = (IEngineStore)((IStoreBuilder)builder).Build();
        store.OpenForQueries(view, topic);
        return new QueryView(store, view);
    }
}
