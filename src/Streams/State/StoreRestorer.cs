using System.Diagnostics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>Writes changelog records into one store of a task. Owned by the task's thread, and used while nothing is uncommitted.</summary>
internal abstract class StoreRestorer
{
    /// <summary>Bytes that wait for the next <see cref="Write"/>; some MiB make a good batch.</summary>
    public long PendingBytes { get; protected set; }

    /// <summary>Adds a record. Its bytes are copied. Records without key mean nothing to a store and are skipped.</summary>
    /// <exception cref="StreamsException">The key has none of the forms that this store writes.</exception>
    public abstract void Add(in RawRecord record);

    /// <summary>Writes what was added, with the offset after the last record read.</summary>
    /// <exception cref="StreamsException">The disk failed; nothing was written.</exception>
    public abstract void Write(long nextOffset);
}

/// <summary>
/// Writes changelog records into one of the engine's stores, in batches that carry the position with them. For restoring and for standbys. What goes
/// to disk waits in the overlay: so only the last record of a key is written, and in the order of the keys, which RocksDB takes fastest.
/// </summary>
internal sealed class BytesRestorer(TaskState task, StoreBytes store, TaskDatabase? database) : StoreRestorer
{
    private readonly VersionHistory? _history =
        store.Layout.Kind == StoreKind.Versioned ? new VersionHistory(store) : null;
    private readonly ScratchWriter _key = new();
    private readonly ScratchWriter _value = new();
    private readonly bool _isOnDisk = store.Committed is RocksBytes;

    public override void Add(in RawRecord record)
    {
        if (!record.HasKey)
            return;
        if (_history is not null)
        {
            // Each version is put next to those before it, so it is read and written where reads see it.
            _history.Put(record.Key, record.Value, !record.HasValue, record.Timestamp);
            PendingBytes = store.Overlay.Bytes;
            return;
        }

        var layout = store.Layout;
        var key = record.Key;
        if (layout.Kind != StoreKind.KeyValue)
        {
            if (!Observe(layout, key))
                return;
            _key.Reset().WriteInt64(store.SegmentOf(StoreKeys.TimeOf(layout.Kind, key)));
            _key.Write(key);
            key = _key.Written;
        }

        var value = record.Value;
        if (record.HasValue && layout.Timestamped)
        {
            _value.Reset().WriteInt64(record.Timestamp);
            _value.Write(value);
            value = _value.Written;
        }

        if (_isOnDisk)
        {
            store.Overlay.Set(key, value, !record.HasValue);
            PendingBytes = store.Overlay.Bytes;
            return;
        }

        lock (task.CommitLock) // in memory it is committed at once
        {
            if (record.HasValue)
                store.Committed.Put(key, value);
            else
                store.Committed.Delete(key);
        }

        PendingBytes += key.Length + value.Length;
    }

    public override void Write(long nextOffset)
    {
        PendingBytes = 0;
        var begun = Stopwatch.GetTimestamp();
        task.MakeRoom(store.Overlay.Bytes);
        lock (task.CommitLock)
        {
            task.Stage(store);
            task.SetPosition(store.Layout.Name, nextOffset);
            database?.Write();
            store.MarkCommitted();
        }

        task.PublishPositions();
        store.RestoreTicks += Stopwatch.GetTimestamp() - begun;
    }

    private bool Observe(StoreLayout layout, ReadOnlySpan<byte> key)
    {
        if (key.Length < (layout.Kind == StoreKind.Window ? StoreKeys.WindowSuffix : StoreKeys.SessionSuffix))
        {
            throw new StreamsException(
                $"The changelog of {layout.Name} holds a key of {key.Length} bytes, too short for it: it was written by a store of "
                + "another kind.")
            {
                Task = task.TaskId,
            };
        }

        if (layout.RetainDuplicates)
            store.Sequence = Math.Max(store.Sequence, StoreKeys.Sequence(key));
        return store.Observe(StoreKeys.TimeOf(layout.Kind, key));
    }
}
