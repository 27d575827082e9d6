using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>One store on its way along its changelog.</summary>
internal sealed class ChangelogRead
{
    private const long BatchBytes = 4 << 20;
    private readonly ThreadParts _parts;
    private readonly StoreRestorer _restorer;
    private long _written;
    private long _toldCount;
    private long _count;

    /// <summary>Begins to read a store's changelog.</summary>
    /// <param name="parts">Whom to tell.</param>
    /// <param name="task">The task, its state open.</param>
    /// <param name="changelog">What is read.</param>
    /// <param name="from">The first offset.</param>
    /// <param name="end">The offset at which a restore ends; of a standby, as far as a source topic may be read.</param>
    public ChangelogRead(ThreadParts parts, IChangelogTask task, StoreChangelog changelog, long from, long end)
    {
        (_parts, Task, Changelog, From, Next, End) = (parts, task, changelog, from, from, end);
        Began = parts.Config.Clock.GetTimestamp();
        _restorer = task.State!.Restorer(changelog.Store);
        _written = from;
        SeenEnd = end;
        if (task.IsStandby)
        {
            RuntimeLog.StandbyBegins(parts.Logger, task.Id, changelog.Store, from, end);
            parts.StandbyListener?.OnUpdateStart(changelog.Partition, changelog.Store, from);
        }
        else
        {
            RuntimeLog.RestoreBegins(parts.Logger, task.Id, changelog.Store, from, end);
            parts.RestoreListener?.OnRestoreStart(changelog.Partition, changelog.Store, from, end);
        }
    }

    public IChangelogTask Task { get; }

    public StoreChangelog Changelog { get; }

    /// <summary>When it began, by the clock's timestamps.</summary>
    public long Began { get; }

    /// <summary>The first offset.</summary>
    public long From { get; }

    public long End { get; private set; }

    /// <summary>The offset that is read next.</summary>
    public long Next { get; private set; }

    /// <summary>Where the changelog ended when it was last looked at.</summary>
    public long? SeenEnd { get; set; }

    public bool IsAtEnd => Next >= End;

    /// <summary>False once a standby has to wait until more of its source topic is processed.</summary>
    public bool WantsMore => Task.IsStandby && !Changelog.IsSource ? true : !IsAtEnd;

    public bool IsCaughtUp => Next >= SeenEnd;

    /// <summary>Takes a record; answers false where it lies beyond what may be read.</summary>
    public bool TryAdd(in RawRecord record)
    {
        var offset = record.Metadata.Offset;
        if (offset >= End && (!Task.IsStandby || Changelog.IsSource))
        {
            Next = Math.Max(Next, End);
            return false;
        }

        _restorer.Add(record);
        Next = offset + 1;
        _count++;
        Task.Metrics?.Restore.Increment();
        if (_restorer.PendingBytes > BatchBytes)
            Write();
        return true;
    }

    /// <summary>The reader has passed what is there, markers included.</summary>
    public void OnEnd(long offset)
    {
        Next = Math.Max(Next, Changelog.IsSource ? Math.Min(offset, End) : offset);
        SeenEnd = Math.Max(offset, Next);
    }

    /// <summary>A standby may read a source topic further; answers whether it had to wait for that.</summary>
    public bool Extend(long end)
    {
        var waited = IsAtEnd && end > End;
        End = Math.Max(End, end);
        SeenEnd = End;
        return waited;
    }

    /// <summary>
    /// To be called after each slice: tells of it, and makes what was read durable, unless so little waits that more of it makes a better batch.
    /// </summary>
    /// <param name="hasMore">Whether more comes at once.</param>
    public void EndSlice(bool hasMore)
    {
        if (!hasMore || Task.IsStandby || IsAtEnd)
            Write();
        var records = _count - _toldCount;
        _toldCount = _count;
        if (records == 0)
            return;
        if (Task.IsStandby)
        {
            _parts.StandbyListener?.OnBatchLoaded(
                Changelog.Partition, Changelog.Store, Task.Id, Next, records, Math.Max(SeenEnd ?? Next, Next));
        }
        else
            _parts.RestoreListener?.OnBatchRestored(Changelog.Partition, Changelog.Store, Next, records);
    }

    /// <summary>Makes what was read durable, with its position.</summary>
    public void Write()
    {
        if (Next == _written)
            return;
        _restorer.Write(Next);
        _written = Next;
    }

    public void Complete()
    {
        RuntimeLog.RestoreEnds(_parts.Logger, Task.Id, Changelog.Store, _count);
        _parts.RestoreListener?.OnRestoreEnd(Changelog.Partition, Changelog.Store, _count);
    }

    public void Suspend(StandbySuspension reason)
    {
        if (Task.IsStandby)
        {
            var end = Math.Max(SeenEnd ?? Next, Next);
            RuntimeLog.StandbyEnds(_parts.Logger, Task.Id, Changelog.Store, Next, end, _count, reason);
            _parts.StandbyListener?.OnUpdateSuspended(Changelog.Partition, Changelog.Store, Next, end, reason);
        }
        else
            _parts.RestoreListener?.OnRestoreSuspended(Changelog.Partition, Changelog.Store, _count);
    }
}
