using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <content>Reading: one read of the file into one buffer, cut to whole batches.</content>
internal sealed partial class PartitionLog
{
    /// <summary>Where readers left off: they mostly come back for what follows.</summary>
    private readonly ReadHint?[] _hints = new ReadHint?[8];

    /// <summary>Reads whole batches from the one that holds an offset on.</summary>
    /// <param name="offset">The offset; one that was compacted away stands for the next that is there.</param>
    /// <param name="maxBytes">How many bytes at most.</param>
    /// <param name="limit">How far the reader may see.</param>
    /// <param name="atLeastOne">Whether the first batch is given even when it is larger than that.</param>
    /// <returns>Batches of one segment at most; the caller disposes of them.</returns>
    /// <exception cref="IOException">The file could not be read.</exception>
    public LogRead Read(long offset, int maxBytes, ReadLimit limit, bool atLeastOne)
    {
        while (true)
        {
            var segments = Segments;
            try
            {
                return TryRead(segments, offset, maxBytes, limit, atLeastOne);
            }
            catch (ObjectDisposedException)
            {
                // Closed, or the segment was removed or exchanged while it was read.
                if (!HaveChanged(segments))
                    return LogRead.Nothing(offset, ClosedError());
            }
        }
    }

    /// <summary>How far a reader may read, as an offset.</summary>
    public long EndOf(ReadLimit limit) => limit switch
    {
        ReadLimit.HighWatermark => HighWatermark,
        ReadLimit.LastStable => LastStableOffset,
        _ => NextOffset,
    };

    /// <summary>
    /// Whether segments were removed or exchanged since some were taken; a change that is under way is waited for.
    /// </summary>
    private bool HaveChanged(LogSegment[] segments)
    {
        lock (_gate)
            return _state is State.Open or State.Failed && _segments != segments;
    }

    private ErrorCode ClosedError()
    {
        lock (_gate)
            return Refusal() ?? ErrorCode.KafkaStorageError;
    }

    private LogRead TryRead(LogSegment[] segments, long offset, int maxBytes, ReadLimit limit, bool atLeastOne)
    {
        if (offset < LogStartOffset || offset > NextOffset)
            return LogRead.Nothing(offset, ErrorCode.OffsetOutOfRange);
        var end = EndOf(limit);
        if (offset >= end)
            return LogRead.Nothing(offset);

        for (var i = IndexOfSegment(segments, offset); i < segments.Length; i++)
        {
            var position = PositionOf(segments[i], offset);
            if (position < segments[i].Size)
                return ReadFrom(segments, i, position, offset, end, new(maxBytes, limit, atLeastOne));
        }

        return LogRead.Nothing(offset);
    }

    private static int IndexOfSegment(LogSegment[] segments, long offset)
    {
        var index = segments.Length - 1;
        while (index > 0 && segments[index].BaseOffset > offset)
            index--;
        return index;
    }

    private int PositionOf(LogSegment segment, long offset)
    {
        var hint = Volatile.Read(ref _hints[offset & (_hints.Length - 1)]);
        if (hint is not null && hint.Offset == offset && hint.Segment == segment)
            return hint.Position;
        if (offset <= segment.BaseOffset)
            return 0;
        return BatchWalk.Find(segment, segment.PositionBefore(offset), offset);
    }

    private LogRead ReadFrom(LogSegment[] segments, int index, int position, long offset, long end, in ReadWish wish)
    {
        var segment = segments[index];
        var available = segment.Size - position;
        var length = Math.Min(Math.Max(wish.MaxBytes, BatchLayout.Records), available);
        var buffer = Buffers.Rent(length);
        try
        {
            var bytes = buffer.AsSpan(0, segment.Log.Read(position, buffer.AsSpan(0, length)));
            var size = BatchWalk.SizeOf(bytes);
            if (size > wish.MaxBytes && !wish.AtLeastOne)
            {
                Buffers.Return(buffer);
                return LogRead.Nothing(offset);
            }

            if (size > bytes.Length)
            {
                Buffers.Return(buffer);
                buffer = Buffers.Rent(size);
                bytes = buffer.AsSpan(0, segment.Log.Read(position, buffer.AsSpan(0, size)));
            }

            var next = offset;
            var whole = BatchWalk.WholeBatches(bytes, end, ref next);
            Volatile.Write(ref _hints[next & (_hints.Length - 1)], new(segment, next, position + whole));
            return LogRead.Found(
                buffer, whole, next, wish.Limit == ReadLimit.LastStable ? AbortedBetween(segments, index, offset, next) : null);
        }
        catch
        {
            Buffers.Return(buffer);
            throw;
        }
    }

    /// <summary>
    /// The aborted transactions with records between two offsets. Their markers, and so their entries, may stand in any
    /// later segment; an entry whose last stable offset lies beyond the range ends the search.
    /// </summary>
    private static List<AbortedTransaction> AbortedBetween(LogSegment[] segments, int index, long from, long to)
    {
        List<AbortedTransaction> found = [];
        for (var i = index; i < segments.Length; i++)
        {
            foreach (var entry in segments[i].Aborted.Entries)
            {
                if (entry.LastOffset >= from && entry.FirstOffset < to)
                    found.Add(entry);
                if (entry.LastStableOffset >= to)
                    return found;
            }
        }

        return found;
    }

    private sealed record ReadHint(LogSegment Segment, long Offset, int Position);

    private readonly record struct ReadWish(int MaxBytes, ReadLimit Limit, bool AtLeastOne);
}
