using System.Buffers.Binary;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>Steps over batches that stand one after the other, by their headers.</summary>
internal static class BatchWalk
{
    /// <summary>How many bytes of a batch tell its size.</summary>
    public const int SizeKnown = 12;

    /// <summary>The size of the batch that the bytes begin with, in bytes.</summary>
    public static int SizeOf(ReadOnlySpan<byte> bytes) => SizeKnown + BinaryPrimitives.ReadInt32BigEndian(bytes[8..]);

    /// <summary>The length of the whole batches in front that begin before an offset.</summary>
    /// <param name="bytes">Batches, the last of which may be cut off.</param>
    /// <param name="before">The offset.</param>
    /// <param name="next">The offset after the last record of these batches; unchanged when there are none.</param>
    public static int WholeBatches(ReadOnlySpan<byte> bytes, long before, ref long next)
    {
        var at = 0;
        while (bytes.Length - at >= BatchLayout.Records)
        {
            var header = new RecordBatch(bytes[at..]);
            if (header.Size > bytes.Length - at || header.BaseOffset >= before)
                break;
            next = header.NextOffset;
            at += header.Size;
        }

        return at;
    }

    /// <summary>
    /// The position of the first batch with a record at or after an offset, stepping from a position in a segment; the
    /// segment's size when there is none.
    /// </summary>
    public static int Find(LogSegment segment, int from, long offset)
    {
        const int Window = 8192;
        Span<byte> window = stackalloc byte[Window];
        var position = from;
        while (position < segment.Size)
        {
            var bytes = window[..segment.Log.Read(position, window[..Math.Min(Window, segment.Size - position)])];
            var at = 0;
            while (bytes.Length - at >= BatchLayout.Records)
            {
                var header = new RecordBatch(bytes[at..]);
                if (header.LastOffset >= offset)
                    return position + at;
                at = (int)Math.Min((long)at + header.Size, int.MaxValue - position);
            }

            if (at == 0)
                throw new IOException($"{segment.Path} ends within a batch at {position}.");
            position += at;
        }

        return segment.Size;
    }
}
