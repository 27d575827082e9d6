using System.Buffers;
using System.Buffers.Binary;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker;

/// <summary>Reads one segment from its first byte to its last and holds its indexes against it.</summary>
internal sealed class SegmentCheck(
    IFileSystem files, string directory, long baseOffset, long firstOffset, List<StorageFault> faults)
{
    private const int ReadBytes = 1 << 20;
    private readonly Dictionary<int, RelativeRange> _batches = [];
    private long _records;
    private long _maxTimestamp = -1;

    /// <summary>The offset after the last batch.</summary>
    public long NextOffset { get; private set; } = firstOffset;

    /// <summary>Does it; what is wrong is added to the faults.</summary>
    public SegmentReport Run(CancellationToken cancellationToken)
    {
        var known = faults.Count;
        var size = CheckBatches(cancellationToken);
        if (faults.Count == known)
        {
            // Of what stands behind a damaged batch nothing is known that indexes could be held against.
            CheckOffsetIndex();
            CheckTimeIndex();
            CheckAbortedIndex();
        }

        return new(baseOffset, size, _batches.Count, _records, _maxTimestamp);
    }

    private long CheckBatches(CancellationToken cancellationToken)
    {
        using var file = files.OpenToRead(PathOf(LogFileNames.Log));
        var length = file.Length;
        long position = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            while (position < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = buffer.AsSpan(0, file.Read(position, buffer));
                var taken = Take(bytes, position, out var fault);
                position += taken;
                if (taken > 0)
                    continue;
                if (fault == BatchFault.Incomplete && LargerBatch(bytes, length - position) is { } larger)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(larger);
                    continue;
                }

                Add(LogFileNames.Log, position, Text(fault));
                break;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return position;
    }

    private int Take(ReadOnlySpan<byte> bytes, long position, out BatchFault fault)
    {
        var at = 0;
        while (true)
        {
            fault = at == bytes.Length ? BatchFault.Incomplete : BatchReader.Check(bytes[at..], checkCrc: true, out _);
            if (fault != BatchFault.None)
                return at;
            var batch = new RecordBatch(bytes[at..]);
            if (batch.BaseOffset < NextOffset)
            {
                fault = BatchFault.BadHeader;
                return at;
            }

            _batches[(int)(position + at)] = new((int)(batch.BaseOffset - baseOffset), (int)(batch.LastOffset - baseOffset));
            _records += batch.Count;
            _maxTimestamp = Math.Max(_maxTimestamp, batch.MaxTimestamp);
            NextOffset = batch.NextOffset;
            at += batch.Size;
        }
    }

    private void CheckOffsetIndex()
    {
        const int EntrySize = 8;
        var before = -1;
        foreach (var (position, entry) in Entries(LogFileNames.OffsetIndex, EntrySize))
        {
            var offset = BinaryPrimitives.ReadInt32BigEndian(entry);
            var place = BinaryPrimitives.ReadInt32BigEndian(entry.AsSpan(4));
            if (offset < before)
                Add(LogFileNames.OffsetIndex, position, "The entry lies before the one before it.");
            else if (!_batches.TryGetValue(place, out var batch) || offset < batch.First || offset > batch.Last)
                Add(LogFileNames.OffsetIndex, position, "The entry points to no batch with its offset.");
            before = offset;
        }
    }

    private void CheckTimeIndex()
    {
        const int EntrySize = 12;
        var before = long.MinValue;
        foreach (var (position, entry) in Entries(LogFileNames.TimeIndex, EntrySize))
        {
            var timestamp = BinaryPrimitives.ReadInt64BigEndian(entry);
            var offset = baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry.AsSpan(8));
            if (timestamp < before)
                Add(LogFileNames.TimeIndex, position, "The entry lies before the one before it.");
            else if (timestamp > _maxTimestamp || offset < baseOffset || offset >= NextOffset)
                Add(LogFileNames.TimeIndex, position, "The entry names a time or an offset that the segment does not hold.");
            before = timestamp;
        }
    }

    private void CheckAbortedIndex()
    {
        foreach (var (position, entry) in Entries(LogFileNames.AbortedIndex, AbortedTransaction.Size))
        {
            var aborted = AbortedTransaction.Read(entry);
            if (aborted.LastOffset < baseOffset || aborted.LastOffset >= NextOffset || aborted.FirstOffset > aborted.LastOffset)
                Add(LogFileNames.AbortedIndex, position, "The entry names a marker that the segment does not hold.");
        }
    }

    private List<(long Position, byte[] Entry)> Entries(string kind, int size)
    {
        List<(long, byte[])> entries = [];
        if (!files.FileExists(PathOf(kind)))
            return entries;
        using var file = files.OpenToRead(PathOf(kind));
        var content = new byte[file.Length];
        var read = file.Read(0, content);
        for (var at = 0; at + size <= read; at += size)
            entries.Add((at, content[at..(at + size)]));
        if (read % size != 0)
            Add(kind, read - (read % size), "The file ends within an entry.");
        return entries;
    }

    private static int? LargerBatch(ReadOnlySpan<byte> read, long left)
    {
        if (read.Length < BatchLayout.Records)
            return null;
        var size = new RecordBatch(read).Size;
        return size > read.Length && size <= left ? size : null;
    }

    private static string Text(BatchFault fault) => fault switch
    {
        BatchFault.CrcMismatch => "The checksum of the batch does not match its bytes.",
        BatchFault.UnsupportedMagic => "There is no batch of magic 2.",
        BatchFault.BadHeader => "The batch's header contradicts itself or the batch before it.",
        _ => "There is no whole batch.",
    };

    private void Add(string kind, long position, string what) =>
        faults.Add(new(LogFileNames.Of(baseOffset, kind), position, what));

    private string PathOf(string kind) => Path.Combine(directory, LogFileNames.Of(baseOffset, kind));

    private readonly record struct RelativeRange(int First, int Last);
}
