using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>What one store is told when it is opened.</summary>
internal sealed class StoreContext(TaskContext task, StoreChangelog? changelog) : IStateStoreContext
{
    /// <summary>The owner of the store, or who reads a global one.</summary>
    public TaskContext Task => task;

    public string ApplicationId => task.ApplicationId;

    public TaskId TaskId => task.TaskId;

    /// <summary>How the store is restored; null where it did not say.</summary>
    public StateRestoreCallback? Restore { get; private set; }

    public void Register(StateRestoreCallback restore) => Restore = restore;

    public void LogChange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isDeletion, long timestamp)
    {
        if (changelog is not { IsSource: false } own)
            return;
        task.Collector.Send(new OutgoingRecord
        {
            Topic = own.Partition.Topic,
            Partition = own.Partition.Partition,
            Key = key,
            HasKey = true,
            Value = value,
            HasValue = !isDeletion,
            Timestamp = timestamp,
            Headers = Headers.Empty,
        });
    }
}
