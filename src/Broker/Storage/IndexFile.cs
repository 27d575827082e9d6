using System.Buffers.Binary;

namespace MedStreams.Broker.Storage;

/// <summary>
/// A file of entries of one size whose first field ascends, looked up by bisection in the file. Entries are derived from
/// the log: what a crash takes is added again by recovery.
/// </summary>
/// <remarks>One writer, any number of readers at the same time.</remarks>
internal abstract class IndexFile : IDisposable
{
    private readonly SegmentFile _file;
    private readonly int _entrySize;
    private long _length;
    private int _count;

    /// <summary>An index of a length; a torn last entry is ignored.</summary>
    protected IndexFile(SegmentFile file, int entrySize, long length)
    {
        _file = file;
        _entrySize = entrySize;
        _length = length;
        _count = (int)(length / entrySize);
    }

    /// <summary>The file if it has been opened, so that something may have been written to it.</summary>
    public IStorageFile? IfOpen => _file.IfOpen;

    /// <summary>The bytes of all entries.</summary>
    public long Bytes => (long)Count * _entrySize;

    /// <summary>How many entries there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>Removes all entries from one on, and what a crash may have left behind them.</summary>
    /// <exception cref="IOException">There are fewer entries than that.</exception>
    public void Truncate(int count)
    {
        if (count > _count)
            throw new IOException($"{_file.Path} has {_count} entries, {count} of which were durable.");
        var length = (long)count * _entrySize;
        if (length != _length)
            _file.Open.Truncate(length);
        _length = length;
        Volatile.Write(ref _count, count);
    }

    /// <summary>Writes the end of the file again as it is.</summary>
    public void RewriteEnd() => _file.RewriteEnd(Bytes);

    /// <summary>Appends one entry.</summary>
    protected void Add(ReadOnlySpan<byte> entry)
    {
        _file.Open.Write((long)_count * _entrySize, entry);
        _length = Math.Max(_length, (_count + 1L) * _entrySize);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Reads one entry.</summary>
    protected void Read(int index, Span<byte> entry)
    {
        if (_file.Open.Read((long)index * _entrySize, entry) != _entrySize)
            throw new IOException($"{_file.Path} is shorter than its {Count} entries.");
    }

    /// <summary>The index of the last entry whose key is at or below one; -1 when there is none.</summary>
    protected int LastAtOrBelow(long key)
    {
        var low = 0;
        var high = Count - 1;
        while (low <= high)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            if (KeyAt(middle) <= key)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return high;
    }

    /// <summary>The ascending field of an entry.</summary>
    protected abstract long KeyAt(int index);
}

/// <summary>Offset, relative to the segment's first, to the position of its batch: 4 and 4 bytes, highest byte first.</summary>
internal sealed class OffsetIndex(SegmentFile file, long length) : IndexFile(file, EntrySize, length)
{
    /// <summary>The bytes of an entry.</summary>
    public const int EntrySize = 8;

    /// <summary>Notes where a batch stands. Offsets ascend.</summary>
    public void Add(int relativeOffset, int position)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt32BigEndian(entry, relativeOffset);
        BinaryPrimitives.WriteInt32BigEndian(entry[4..], position);
        Add(entry);
    }

    /// <summary>A position at or before the batch that holds an offset; 0 when nothing nearer is known.</summary>
    public int PositionBefore(int relativeOffset)
    {
        var index = LastAtOrBelow(relativeOffset);
        if (index < 0)
            return 0;
        Span<byte> entry = stackalloc byte[EntrySize];
        Read(index, entry);
        return BinaryPrimitives.ReadInt32BigEndian(entry[4..]);
    }

    /// <inheritdoc/>
    protected override long KeyAt(int index)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        Read(index, entry);
        return BinaryPrimitives.ReadInt32BigEndian(entry);
    }
}

/// <summary>
/// The largest timestamp so far and the offset of its record, relative to the segment's first: 8 and 4 bytes, highest byte
/// first.
/// </summary>
internal sealed class TimeIndex(SegmentFile file, long length) : IndexFile(file, EntrySize, length)
{
    /// <summary>The bytes of an entry.</summary>
    public const int EntrySize = 12;

    /// <summary>Notes the largest timestamp so far, unless the last entry says the same.</summary>
    public void AddIfLater(long timestamp, int relativeOffset)
    {
        if (Count > 0 && KeyAt(Count - 1) >= timestamp)
            return;
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteInt64BigEndian(entry, timestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[8..], relativeOffset);
        Add(entry);
    }

    /// <summary>The last entry, or null when there is none.</summary>
    public (long Timestamp, int RelativeOffset)? Last => Count == 0 ? null : EntryAt(Count - 1);

    /// <summary>
    /// An offset, relative to the segment's first, such that every record before it is earlier than the timestamp; 0 when
    /// nothing nearer is known.
    /// </summary>
    public int OffsetBefore(long timestamp)
    {
        var index = LastAtOrBelow(timestamp - 1);
        return index < 0 ? 0 : EntryAt(index).RelativeOffset;
    }

    /// <inheritdoc/>
    protected override long KeyAt(int index) => EntryAt(index).Timestamp;

    private (long Timestamp, int RelativeOffset) EntryAt(int index)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        Read(index, entry);
        return (BinaryPrimitives.ReadInt64BigEndian(entry), BinaryPrimitives.ReadInt32BigEndian(entry[8..]));
    }
}
