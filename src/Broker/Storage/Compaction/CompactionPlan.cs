namespace MedStreams.Broker.Storage;

/// <summary>What compaction could do in a log now. Only closed segments whose transactions are all decided are touched.</summary>
/// <param name="Segments">The segments that may be rewritten, oldest first.</param>
/// <param name="FirstDirty">The offset from which on no pass has looked at keys.</param>
/// <param name="End">The offset where the last of the segments ends.</param>
/// <param name="DirtyBytes">The bytes of the segments from <paramref name="FirstDirty"/> on.</param>
/// <param name="IsOverdue">Whether a record has waited for longer than <c>max.compaction.lag.ms</c>.</param>
internal sealed record CompactionPlan(LogSegment[] Segments, long FirstDirty, long End, long DirtyBytes, bool IsOverdue)
{
    /// <summary>The part of the bytes that is dirty, from 0 to 1.</summary>
    public double DirtyRatio => DirtyBytes / (double)Math.Max(1, Segments.Sum(segment => (long)segment.Size));

    /// <summary>Whether it is worth while under a topic's settings.</summary>
    public bool IsDue(TopicSettings settings) => DirtyBytes > 0 && (IsOverdue || DirtyRatio > settings.MinCleanableRatio);

    /// <summary>The segments from the one with the first dirty offset on.</summary>
    public IEnumerable<LogSegment> Dirty => Segments.Where((_, i) => EndOf(i) > FirstDirty);

    /// <summary>Where a segment ends: at the base offset of the next.</summary>
    public long EndOf(int index) => index + 1 < Segments.Length ? Segments[index + 1].BaseOffset : End;
}

/// <summary>What a pass came to.</summary>
/// <param name="CleanedTo">The offset up to which keys were looked at.</param>
/// <param name="BytesBefore">The bytes of the segments before.</param>
/// <param name="BytesAfter">The bytes of those that are there now.</param>
/// <param name="Segments">How many segments there were.</param>
/// <param name="BytesRead">The bytes that were read, for keys and for copying.</param>
/// <param name="BytesWritten">The bytes of the segments that were made.</param>
internal readonly record struct CompactionResult(
    long CleanedTo, long BytesBefore, long BytesAfter, int Segments, long BytesRead, long BytesWritten);
