namespace MedStreams.Broker.Storage;

/// <summary>Makes appended batches durable under a <see cref="FlushPolicy"/>. Safe for concurrent use.</summary>
internal interface ILogFlusher : IDisposable
{
    /// <summary>
    /// Notes that a log has appended. Sooner or later, on any thread, the flusher takes the log's
    /// <see cref="IFlushable.BeginFlush"/>, does what the policy says, and reports with <see cref="IFlushable.EndFlush"/>.
    /// Never called under the log's lock.
    /// </summary>
    void Schedule(IFlushable log);
}

/// <summary>What a flusher sees of a log.</summary>
internal interface IFlushable
{
    /// <summary>Whether the topic wants a sync now, under a policy that syncs nothing otherwise.</summary>
    bool IsSyncDue { get; }

    /// <summary>Adds the files and folders that hold what was appended and not synced so far.</summary>
    /// <param name="round">What is going to be synced; null when nothing is, and what was written counts as durable.</param>
    /// <returns>The offset up to which the log is durable afterwards; -1 when there is nothing to do.</returns>
    long BeginFlush(FlushRound? round);

    /// <summary>Reports the end of a flush that <see cref="BeginFlush"/> began.</summary>
    /// <param name="durableTo">What <see cref="BeginFlush"/> returned.</param>
    /// <param name="failure">Null, or why nothing is known about the bytes: the log must not acknowledge them.</param>
    void EndFlush(long durableTo, IOException? failure);
}

/// <summary>What one sync has to cover.</summary>
internal sealed class FlushRound
{
    /// <summary>The files whose bytes become durable.</summary>
    public List<IStorageFile> Files { get; } = [];

    /// <summary>The folders whose names become durable.</summary>
    public List<string> Directories { get; } = [];

    /// <summary>Empties the round for the next use.</summary>
    public void Clear()
    {
        Files.Clear();
        Directories.Clear();
    }

    /// <summary>Syncs everything in the round.</summary>
    /// <exception cref="IOException">A device refused.</exception>
    public void Sync(IFileSystem files)
    {
        files.SyncData(Files);
        foreach (var directory in Directories)
            files.SyncDirectory(directory);
    }
}
