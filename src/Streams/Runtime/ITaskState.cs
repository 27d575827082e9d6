namespace MedStreams.Streams.Runtime;

/// <summary>A changelog record on its way into a store; the memory is the restorer's and reused after the call.</summary>
internal readonly record struct RestoredRecord(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value, long Timestamp, Headers Headers);

/// <summary>The durable side of a task's stores. Owned by the task's thread.</summary>
internal interface ITaskState : IDisposable
{
    /// <summary>The next changelog offset by store, as of the last commit; null where a store begins empty.</summary>
    IReadOnlyDictionary<string, long?> Positions { get; }

    /// <summary>Bytes that wait for the next commit.</summary>
    long UncommittedBytes { get; }

    /// <summary>Empties one store, so that it is restored from the beginning.</summary>
    void Wipe(string store);

    /// <summary>Writes changelog records into a store, together with the position after them.</summary>
    void Restore(string store, IReadOnlyList<RestoredRecord> records, long nextOffset);

    /// <summary>Makes everything since the last commit durable in one step, together with the positions.</summary>
    void Commit(IReadOnlyDictionary<string, long> positions);
}

/// <summary>Opens the state of tasks; one for each instance, shared by its threads.</summary>
internal interface IStateOpener : IDisposable
{
    /// <summary>
    /// Opens a task's stores and registers them in its context. Null while another thread of this instance still has the
    /// task open.
    /// </summary>
    ITaskState? TryOpen(Processing.TaskContext context, IReadOnlyList<IStoreBuilder> stores);
}
