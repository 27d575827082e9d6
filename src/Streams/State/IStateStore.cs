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

    /// <summary>Opens the store for a task.</summary>
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
