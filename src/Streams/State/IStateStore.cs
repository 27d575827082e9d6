namespace MedStreams.Streams;

/// <summary>
/// State of one task. Owned by the task's thread; queries from other threads go through the read-only interfaces.
/// </summary>
public interface IStateStore
{
    /// <summary>The name in the topology.</summary>
    string Name { get; }

    /// <summary>True where the state is kept on disk.</summary>
    bool Persistent { get; }

    /// <summary>True from Init to Close.</summary>
    bool IsOpen { get; }

    /// <summary>
    /// Opens the store for a task, empty. A store of the user's own that has a changelog says here how it is restored from it
    /// (<see cref="IStateStoreContext.Register"/>); it is restored from the beginning each time, before it is used.
    /// </summary>
    void Init(IStateStoreContext context);

    /// <summary>Sends what a cache holds back to the changelog and downstream. Nothing becomes durable here.</summary>
    void Flush();

    /// <summary>Closes the store; uncommitted writes are lost, as they must be.</summary>
    void Close();
}

/// <summary>What a store is told when it is opened.</summary>
public interface IStateStoreContext
{
    /// <summary>The application's id.</summary>
    string ApplicationId { get; }

    /// <summary>The task that owns the store.</summary>
    TaskId TaskId { get; }

    /// <summary>
    /// For stores of the user's own: says how the store takes what its changelog holds. Called in <see cref="IStateStore.Init"/>.
    /// </summary>
    /// <param name="restore">Called on the task's thread for each record of the changelog, in order, before the store is used.</param>
    void Register(StateRestoreCallback restore);

    /// <summary>
    /// For stores of the user's own: writes a change to the store's changelog; does nothing where it has none. The change is part of the
    /// task's next commit; where that fails, the store is closed, and a new one restored.
    /// </summary>
    /// <param name="key">The key; the changelog keeps the last record of each.</param>
    /// <param name="value">The value; ignored for a deletion.</param>
    /// <param name="isDeletion">Whether the key is gone from now on.</param>
    /// <param name="timestamp">The record's time, in epoch milliseconds.</param>
    void LogChange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isDeletion, long timestamp);
}

/// <summary>Takes a record of a store's changelog.</summary>
public delegate void StateRestoreCallback(in ChangelogRecord record);

/// <summary>A record of a store's changelog; its bytes are only valid during the call.</summary>
public readonly ref struct ChangelogRecord
{
    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value; empty for a deletion.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>True where the key is gone.</summary>
    public bool IsDeletion { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long Timestamp { get; init; }
}

/// <summary>Makes the stores of a topology, one per task.</summary>
public interface IStoreBuilder
{
    /// <summary>The name in the topology.</summary>
    string Name { get; }

    /// <summary>True where changes go to a changelog topic.</summary>
    bool LoggingEnabled { get; }

    /// <summary>Settings of the changelog topic beyond the engine's own.</summary>
    IReadOnlyDictionary<string, string> LogConfig { get; }

    /// <summary>A store that is not open yet.</summary>
    IStateStore Build();
}

/// <summary>Makes stores of one type.</summary>
public interface IStoreBuilder<out TStore> : IStoreBuilder
    where TStore : class, IStateStore
{
    /// <summary>A store that is not open yet.</summary>
    new TStore Build();
}
