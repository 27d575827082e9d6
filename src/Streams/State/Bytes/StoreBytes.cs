using System.Buffers.Binary;
using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.State;

/// <summary>
/// The bytes of one store of a task: uncommitted writes in an overlay, over what is committed. Reads see both. Owned by the task's
/// thread. Stores of windows and sessions also keep the largest time that was put, which decides what has expired.
/// </summary>
/// <param name="layout">How the bytes lie.</param>
/// <param name="committed">What is committed.</param>
/// <param name="owner">Whose content this shows to another thread, which cannot write it; null for a store of its own.</param>
internal sealed class StoreBytes(StoreLayout layout, CommittedBytes committed, StoreBytes? owner = null)
{
    private Durable _committedState = Durable.Initial;
    private Durable _state = Durable.Initial;
    private long _sharedTime = -1;

    /// <summary>True where another thread owns the content.</summary>
    public bool IsReadOnly => owner is not null;

    public StoreLayout Layout { get; } = layout;

    /// <summary>What is measured of the store; null where nothing is.</summary>
    public StoreMetrics? Metrics { get; set; }

    /// <summary>Pages of queries; null but for a view.</summary>
    public ScanPages? Pages { get; init; }

    /// <summary>Time spent writing what was restored, in ticks of <see cref="System.Diagnostics.Stopwatch"/>; 0 where nothing was.</summary>
    public long RestoreTicks { get; set; }

    /// <summary>Reads of single keys since the store was opened.</summary>
    public long Reads { get; private set; }

    /// <summary>Those of them that found their key in managed memory.</summary>
    public long Hits { get; private set; }

    /// <summary>Committed entries in managed memory; null where none are kept.</summary>
    public CommittedCache? Cache { get; private set; }

    public Overlay Overlay { get; } = new();

    public CommittedBytes Committed { get; } = committed;

    /// <summary>The largest start of a window, or end of a session, that was put; -1 before the first.</summary>
    public long StreamTime
    {
        get => owner is null ? _state.StreamTime : Volatile.Read(ref owner._sharedTime);
        set => _state = _state with { StreamTime = value };
    }

    /// <summary>The number that the last duplicate got; see <see cref="StoreLayout.RetainDuplicates"/>.</summary>
    public int Sequence
    {
        get => _state.Sequence;
        set => _state = _state with { Sequence = value };
    }

    /// <summary>The first time that has not expired.</summary>
    public long FirstLiveTime => Math.Max(0, StreamTime - Layout.RetentionMs + 1);

    /// <summary>Puts that came too late to be kept, since the store was opened.</summary>
    public long ExpiredPuts { get; set; }

    /// <summary>The first segment that has not expired.</summary>
    public long FirstLiveSegment => FirstSegment(StreamTime);

    public long SegmentOf(long time) => Layout.Kind == StoreKind.KeyValue ? 0 : time / Layout.SegmentIntervalMs;

    /// <summary>Raises the stream time by what a put carries; false where that has expired already.</summary>
    public bool Observe(long time)
    {
        if (time > StreamTime)
            StreamTime = time;
        return time > StreamTime - Layout.RetentionMs;
    }

    public StoreValue Get(ReadOnlySpan<byte> key)
    {
        Reads++;
        if (Overlay.Count == 0 && Cache is null)
            return Committed.Get(key);
        var hash = ByteHash.Of(key);
        var index = Overlay.Find(key, hash);
        if (index < 0)
            return GetCommitted(key, hash);
        Hits++;
        return Overlay.IsDeleted(index) ? StoreValue.None : new StoreValue(Overlay.Value(index));
    }

    /// <summary>The committed value of a key.</summary>
    public StoreValue GetCommitted(ReadOnlySpan<byte> key) =>
        Cache is null ? Committed.Get(key) : GetCommitted(key, ByteHash.Of(key));

    /// <summary>Keeps committed entries in managed memory, or, with null, does so no more.</summary>
    public void KeepCommitted(CacheBudget? budget)
    {
        Cache?.Clear();
        Cache = budget is null ? null : new CommittedCache(budget);
    }

    /// <summary>Walks a range. Dispose it; it does not outlive a commit.</summary>
    public MergeCursor Scan(in KeyRange range, bool backward = false)
    {
        var cursor = new MergeCursor(this, range, backward);
        if (Pages is not null)
            Pages.Cursor = cursor;
        return cursor;
    }

    /// <summary>Takes over what was stored beside the entries.</summary>
    public void Load(ReadOnlySpan<byte> state)
    {
        _state = _committedState = Durable.Read(state);
        Volatile.Write(ref _sharedTime, _state.StreamTime);
    }

    /// <summary>Hands the overlay, and what has expired, to the committed content.</summary>
    /// <returns>What is to be stored beside the entries; null where it has not changed.</returns>
    public byte[]? Stage()
    {
        var live = StoreKeys.Segment(FirstSegment(_state.StreamTime));
        foreach (var i in Overlay.Sorted())
        {
            var key = Overlay.Key(i);
            if (Layout.Kind != StoreKind.KeyValue && key.SequenceCompareTo(live) < 0)
                continue;
            if (Overlay.IsDeleted(i))
                Committed.Delete(key);
            else
                Committed.Put(key, Overlay.Value(i));
        }

        if (FirstSegment(_state.StreamTime) > FirstSegment(_committedState.StreamTime))
            Committed.DeleteBelow(StoreKeys.Segment(FirstSegment(_committedState.StreamTime)), live);
        return _state == _committedState ? null : _state.ToBytes();
    }

    /// <summary>What was staged is part of what is committed.</summary>
    public void MarkCommitted()
    {
        if (Cache is not null)
            FollowCommit(Cache);
        _committedState = _state;
        Volatile.Write(ref _sharedTime, _state.StreamTime);
        Overlay.Clear();
        Committed.Written();
    }

    /// <summary>Forgets what is not committed.</summary>
    public void Rollback()
    {
        _state = _committedState;
        Overlay.Clear();
    }

    /// <summary>Starts empty; the committed content is gone already.</summary>
    public void Reset()
    {
        _state = _committedState = Durable.Initial;
        Volatile.Write(ref _sharedTime, _state.StreamTime);
        Overlay.Clear();
        Cache?.Clear();
        Committed.Reset();
    }

    private void FollowCommit(CommittedCache cache)
    {
        if (FirstSegment(_state.StreamTime) > FirstSegment(_committedState.StreamTime))
            cache.Clear(); // of the entries below, some have expired
        else
        {
            for (var i = 0; i < Overlay.Count; i++)
                cache.Follow(Overlay.Key(i), Overlay.Hash(i), Overlay.Value(i), Overlay.IsDeleted(i));
        }

        cache.Judge();
    }

    private StoreValue GetCommitted(ReadOnlySpan<byte> key, uint hash)
    {
        if (Cache is null)
            return Committed.Get(key);
        if (Cache.TryGet(key, hash, out var known))
        {
            Hits++;
            return known;
        }

        var value = Committed.Get(key);
        Cache.Admit(key, hash, value);
        return value;
    }

    // Segments below are gone, or go with the next commit.
    private long FirstSegment(long streamTime) => Layout.Kind switch
    {
        StoreKind.KeyValue => 0,
        StoreKind.Versioned => SegmentOf(Math.Max(0, streamTime - Layout.RetentionMs)),
        _ => SegmentOf(Math.Max(0, streamTime - Layout.RetentionMs + 1)),
    };

    private readonly record struct Durable(long StreamTime, int Sequence)
    {
        public static Durable Initial { get; } = new(-1, 0);

        public static Durable Read(ReadOnlySpan<byte> bytes) => new(
            BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]));

        public byte[] ToBytes()
        {
            var bytes = new byte[sizeof(long) + sizeof(int)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, StreamTime);
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(long)), Sequence);
            return bytes;
        }
    }
}
