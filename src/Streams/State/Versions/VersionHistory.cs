using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>
/// The histories of a versioned store's keys, as bytes (Kafka Streams' <c>RocksDBVersionedStore</c>, with the same answers in every corner).
/// The newest version of a key that is not deleted lies in a row of its own, with its time in front. Each older one, and each
/// deletion that is the newest, lies in the <see cref="VersionRow"/> of its key in the segment of the time at which it ends. So what
/// has expired goes segment by segment. Owned by the task's thread.
/// </summary>
internal sealed class VersionHistory(StoreBytes store)
{
    private readonly ScratchWriter _key = new();
    private readonly ScratchWriter _bytes = new();
    private readonly VersionRow _row = new();
    private readonly VersionRow _older = new();

    private long Retention => store.Layout.RetentionMs;

    /// <summary>The newest version of a key.</summary>
    public VersionValue Latest(ReadOnlySpan<byte> key)
    {
        var row = store.Get(LatestKey(key));
        return row.Exists ? new VersionValue(row, row.Bytes[sizeof(long)..], TimeOf(row), null) : VersionValue.None;
    }

    /// <summary>The version that held at a time.</summary>
    public VersionValue AsOf(ReadOnlySpan<byte> key, long time)
    {
        var latest = Latest(key);
        if (latest.Exists && latest.Timestamp <= time)
            return latest;
        latest.Dispose();
        if (time < store.StreamTime - Retention || time < 0)
            return VersionValue.None;
        for (var segment = store.SegmentOf(store.StreamTime); segment >= store.SegmentOf(time); segment--)
        {
            var row = store.Get(SegmentKey(segment, key));
            if (row.Exists && VersionRow.NextOf(row.Bytes) <= time)
            {
                // What is older ends earlier still.
                row.Dispose();
                return VersionValue.None;
            }

            if (row.Exists && VersionRow.MinOf(row.Bytes) <= time)
            {
                if (VersionRow.TryFind(row.Bytes, time, out var value, out var from, out var to))
                    return new VersionValue(row, value, from, to);
                row.Dispose();
                return VersionValue.None;
            }

            row.Dispose();
        }

        return VersionValue.None;
    }

    /// <summary>Calls back for each version, latest first, that held at some time between both.</summary>
    public void Between(ReadOnlySpan<byte> key, long from, long to, VersionVisitor visit)
    {
        using (var latest = Latest(key))
        {
            if (latest.Exists && latest.Timestamp <= to)
                visit(latest.Bytes, latest.Timestamp, null);
        }

        if (to < store.StreamTime - Retention)
            return;
        for (var segment = store.SegmentOf(store.StreamTime); segment >= store.FirstLiveSegment; segment--)
        {
            using var row = store.Get(SegmentKey(segment, key));
            if (!row.Exists)
                continue;
            _row.Load(row.Bytes);
            for (var i = 0; i < _row.Count; i++)
            {
                if (!_row.IsDeleted(i) && _row.From(i) <= to && _row.To(i) > from)
                    visit(_row.Value(i), _row.From(i), _row.To(i));
            }
        }
    }

    /// <summary>Puts a version; answers as <see cref="IVersionedKeyValueStore{TKey,TValue}.Put"/> does.</summary>
    public long Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted, long timestamp)
    {
        if (timestamp < store.StreamTime - Retention)
        {
            store.ExpiredPuts++;
            return VersionedPut.NotPut;
        }

        store.StreamTime = Math.Max(store.StreamTime, timestamp);
        long? next = null;
        using (var latest = Latest(key))
        {
            if (latest.Exists && timestamp >= latest.Timestamp)
            {
                if (timestamp > latest.Timestamp)
                    MoveLatest(key, latest, timestamp);
                SetLatest(key, value, deleted, timestamp);
                return VersionedPut.ValidToUndefined;
            }

            if (latest.Exists)
                next = latest.Timestamp;
        }

        for (var segment = store.SegmentOf(store.StreamTime); segment >= store.SegmentOf(timestamp); segment--)
        {
            using var row = store.Get(SegmentKey(segment, key));
            if (!row.Exists)
                continue;
            if (VersionRow.NextOf(row.Bytes) <= timestamp)
                break; // All versions here and in older segments end before.
            var oldest = VersionRow.MinOf(row.Bytes);
            if (oldest <= timestamp)
                return PutBetween(segment, key, row, value, deleted, timestamp);
            next = oldest;
        }

        return next is { } end
            ? PutBefore(key, value, deleted, timestamp, end)
            : PutNewest(key, value, deleted, timestamp);
    }

    private static long TimeOf(StoreValue latest) => BinaryPrimitives.ReadInt64BigEndian(latest.Bytes);

    private void MoveLatest(ReadOnlySpan<byte> key, VersionValue latest, long until)
    {
        var segment = store.SegmentOf(until);
        if (segment >= store.FirstLiveSegment)
            AddNewest(_row, segment, key, latest.Bytes, false, latest.Timestamp, until);
    }

    /// <summary>Nothing of the key is newer.</summary>
    private long PutNewest(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted, long timestamp)
    {
        if (!deleted)
        {
            SetLatest(key, value, false, timestamp);
            return VersionedPut.ValidToUndefined;
        }

        var segment = store.SegmentOf(timestamp);
        using (var row = store.Get(SegmentKey(segment, key)))
        {
            if (!row.Exists)
                _row.StartEmpty(timestamp);
            else if (VersionRow.NextOf(row.Bytes) == timestamp)
                return VersionedPut.ValidToUndefined; // The end of what is there says the same.
            else
            {
                _row.Load(row.Bytes);
                _row.AddNewest(default, true, _row.Next, timestamp);
            }
        }

        Write(_row, segment, key);
        return VersionedPut.ValidToUndefined;
    }

    /// <summary>The version ends where a known one begins, and touches no other.</summary>
    private long PutBefore(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted, long timestamp, long end)
    {
        var segment = store.SegmentOf(end);
        using (var row = store.Get(SegmentKey(segment, key)))
        {
            if (!row.Exists)
                _row.Start(value, deleted, timestamp, end);
            else
            {
                _row.Load(row.Bytes);
                if (_row.Next <= timestamp)
                    _row.AddNewest(value, deleted, timestamp, end);
                else
                    _row.AddOldest(value, deleted, timestamp);
            }
        }

        Write(_row, segment, key);
        return end;
    }

    /// <summary>The version replaces, or cuts off, one of a row.</summary>
    private long PutBetween(
        long segment, ReadOnlySpan<byte> key, StoreValue row, ReadOnlySpan<byte> value, bool deleted, long timestamp)
    {
        _row.Load(row.Bytes);
        var index = _row.IndexAt(timestamp);
        var (from, end) = (_row.From(index), _row.To(index));
        var segmentOfCut = store.SegmentOf(timestamp);
        if (from == timestamp)
            _row.Replace(index, value, deleted, timestamp);
        else if (segmentOfCut == segment)
            _row.Insert(index, value, deleted, timestamp);
        else
        {
            // What was cut off ends in an older segment now.
            if (segmentOfCut >= store.FirstLiveSegment)
                AddNewest(_older, segmentOfCut, key, _row.Value(index), _row.IsDeleted(index), from, timestamp);
            _row.Replace(index, value, deleted, timestamp);
        }

        Write(_row, segment, key);
        return end;
    }

    private void AddNewest(
        VersionRow row, long segment, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted, long from, long to)
    {
        using (var known = store.Get(SegmentKey(segment, key)))
        {
            if (known.Exists)
            {
                row.Load(known.Bytes);
                row.AddNewest(value, deleted, from, to);
            }
            else
                row.Start(value, deleted, from, to);
        }

        Write(row, segment, key);
    }

    private void Write(VersionRow row, long segment, ReadOnlySpan<byte> key)
    {
        row.WriteTo(_bytes);
        store.Overlay.Set(SegmentKey(segment, key), _bytes.Written, delete: false);
    }

    private void SetLatest(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deleted, long timestamp)
    {
        _bytes.Reset().WriteInt64(timestamp);
        _bytes.Write(value);
        store.Overlay.Set(LatestKey(key), _bytes.Written, deleted);
    }

    // Above all segments, so that what expires is a range below.
    private ReadOnlySpan<byte> LatestKey(ReadOnlySpan<byte> key) => SegmentKey(long.MaxValue, key);

    private ReadOnlySpan<byte> SegmentKey(long segment, ReadOnlySpan<byte> key)
    {
        _key.Reset().WriteInt64(segment);
        _key.Write(key);
        return _key.Written;
    }
}

/// <summary>Gets a version; the bytes are only valid during the call.</summary>
internal delegate void VersionVisitor(ReadOnlySpan<byte> value, long timestamp, long? validTo);
