namespace MedStreams.Broker.Storage;

/// <summary>A segment as its folder lists it: nothing of it has been read.</summary>
/// <param name="BaseOffset">The offset of the first record.</param>
/// <param name="Written">When it was last written to, or else made, in epoch milliseconds.</param>
/// <param name="LogBytes">The length of the file of batches.</param>
/// <param name="OffsetBytes">The length of the index by offset.</param>
/// <param name="TimeBytes">The length of the index by time.</param>
/// <param name="AbortedBytes">The length of the list of aborted transactions.</param>
internal readonly record struct StoredSegment(
    long BaseOffset, long Written, long LogBytes, long OffsetBytes, long TimeBytes, long AbortedBytes)
{
    /// <summary>The segments in a folder, oldest first.</summary>
    public static List<StoredSegment> In(IReadOnlyList<StoredFile> files)
    {
        var lengths = files.ToDictionary(file => file.Name, file => file.Length);
        return
        [
            .. from file in files
               let offset = LogFileNames.OffsetOf(file.Name, LogFileNames.Log)
               where offset >= 0
               orderby offset
               select new StoredSegment(
                   offset,
                   file.Written,
                   file.Length,
                   LengthOf(offset, LogFileNames.OffsetIndex),
                   LengthOf(offset, LogFileNames.TimeIndex),
                   LengthOf(offset, LogFileNames.AbortedIndex)),
        ];

        long LengthOf(long offset, string kind) => lengths.GetValueOrDefault(LogFileNames.Of(offset, kind));
    }

    /// <summary>A segment that is not there yet.</summary>
    public static StoredSegment New(long baseOffset, long now) => new(baseOffset, now, 0, 0, 0, 0);
}
