using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>Hands changelog records to a store that a user wrote.</summary>
internal sealed class OwnRestorer(TaskState task, string store, StateRestoreCallback restore) : StoreRestorer
{
    public override void Add(in RawRecord record)
    {
        if (!record.HasKey)
            return;
        restore(new ChangelogRecord
        {
            Key = record.Key,
            Value = record.Value,
            IsDeletion = !record.HasValue,
            Timestamp = record.Timestamp,
        });
    }

    public override void Write(long nextOffset) => task.SetPosition(store, nextOffset);
}
