using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.State;

/// <summary>What window and session stores share: keys that carry times, cut into segments, of which old ones expire.</summary>
internal abstract class SegmentedStore<TKey, TValue>(StoreOptions<TKey, TValue> options)
    : StoreBase<TKey, TValue, Windowed<TKey>>(options)
{
    /// <summary>Puts that came too late to be kept, since the store was opened.</summary>
    public long ExpiredPuts => Bytes.ExpiredPuts;

    /// <summary>Begins a key in the buffer: segment of a time, then the user's key.</summary>
    protected void BeginKey(TKey key, long time)
    {
        KeyBuffer.Reset().WriteInt64(Bytes.SegmentOf(time));
        AppendKey(key);
    }

    protected bool IsExpired(long time) => time < Bytes.FirstLiveTime;

    /// <summary>Takes note of the time of a put; false where it has expired, which is counted.</summary>
    protected bool Observe(long time)
    {
        EnsureWritable();
        if (Bytes.Observe(time))
            return true;
        Bytes.ExpiredPuts++;
        CountDropped();
        return false;
    }

    /// <summary>Walks the keys of all live segments that can hold times between both, segment by segment.</summary>
    /// <param name="from">The first time of interest.</param>
    /// <param name="to">The last time of interest.</param>
    /// <param name="backward">Latest segment and largest key first.</param>
    /// <param name="within">The keys of interest in a segment.</param>
    protected IEnumerable<MergeCursor> Walk(long from, long to, bool backward, Func<long, KeyRange> within)
    {
        from = Math.Max(from, Bytes.FirstLiveTime);
        to = Math.Min(to, Bytes.StreamTime);
        if (from > to)
            yield break;
        var (first, last) = (Bytes.SegmentOf(from), Bytes.SegmentOf(to));
        MergeCursor opened;
        using (Measure(StoreOperation.Fetch))
            opened = Bytes.Scan(within(backward ? last : first), backward);
        using var cursor = opened;
        for (var segment = backward ? last : first; ; segment += backward ? -1 : 1)
        {
            while (cursor.MoveNext())
                yield return cursor;
            if (segment == (backward ? first : last))
                yield break;
            cursor.Seek(within(segment + (backward ? -1 : 1)));
        }
    }

    /// <summary>All keys of a segment.</summary>
    protected static KeyRange WholeSegment(long segment) =>
        new(StoreKeys.Segment(segment), StoreKeys.Segment(segment + 1));

    /// <summary>
    /// The keys of a segment whose user's key lies between both (null is open), and perhaps some more: a key may be the beginning of another,
    /// so what follows it takes part in the order. Who walks them compares the user's keys again.
    /// </summary>
    protected KeyRange SegmentBetween(long segment, byte[]? keyFrom, byte[]? keyTo)
    {
        var prefix = StoreKeys.Segment(segment);
        var lower = keyFrom is null ? prefix : [.. prefix, .. keyFrom];
        if (keyTo is null)
            return new KeyRange(lower, StoreKeys.Segment(segment + 1));

        // What follows a key begins with the first byte of a time, at most this one. A beginning of keyTo that is a key itself sorts
        // above keyTo only where keyTo goes on with a byte that small.
        var largest = (byte)(Bytes.StreamTime >> 56);
        var cut = keyTo.AsSpan().IndexOfAnyInRange((byte)0, largest);
        return new KeyRange(lower, [.. prefix, .. keyTo.AsSpan(0, cut < 0 ? keyTo.Length : cut), (byte)(largest + 1)]);
    }

    /// <summary>Whether the user's part of a key lies between both; null is open.</summary>
    protected static bool IsBetween(ReadOnlySpan<byte> key, byte[]? keyFrom, byte[]? keyTo) =>
        (keyFrom is null || key.SequenceCompareTo(keyFrom) >= 0) && (keyTo is null || key.SequenceCompareTo(keyTo) <= 0);
}
