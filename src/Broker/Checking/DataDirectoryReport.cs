namespace MedStreams.Broker;

/// <summary>What <see cref="DataDirectoryCheck"/> found.</summary>
public sealed record DataDirectoryReport
{
    /// <summary>The folder.</summary>
    public required string Directory { get; init; }

    /// <summary>The id of the cluster that the broker is; empty when it would not start.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Whether the broker before was stopped in order, so that nothing has to be recovered.</summary>
    public required bool WasStoppedInOrder { get; init; }

    /// <summary>Why a broker would not start with this directory; null when it would.</summary>
    public string? StartFailure { get; init; }

    /// <summary>The partitions by topic and number.</summary>
    public required IReadOnlyList<PartitionReport> Partitions { get; init; }

    /// <summary>What the next start would change, by path.</summary>
    public required IReadOnlyList<PlannedChange> Changes { get; init; }

    /// <summary>Whether a broker would start and everything that it would trust is right.</summary>
    public bool IsSound => StartFailure is null && Partitions.All(partition => partition.Faults.Count == 0);

    /// <summary>Whether the next start would lose records: whole batches stand behind damage.</summary>
    public bool WouldLoseRecords => Changes.Any(change => change.WholeBatches > 0);
}

/// <summary>A partition as the next start would find it.</summary>
public sealed record PartitionReport
{
    /// <summary>The topic's name.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition's number.</summary>
    public required int Partition { get; init; }

    /// <summary>The first offset that readers may ask for.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>The offset that the next record would get.</summary>
    public required long NextOffset { get; init; }

    /// <summary>The offset up to which all transactions are decided.</summary>
    public required long LastStableOffset { get; init; }

    /// <summary>The offset from which the next start would read the log; <see cref="NextOffset"/> when it trusts all of it.</summary>
    public required long RecoveryPoint { get; init; }

    /// <summary>The segments, oldest first.</summary>
    public required IReadOnlyList<SegmentReport> Segments { get; init; }

    /// <summary>What is wrong with what the start would trust; no recovery repairs it.</summary>
    public required IReadOnlyList<StorageFault> Faults { get; init; }
}

/// <summary>A segment, as far as the next start would keep it.</summary>
/// <param name="BaseOffset">The offset that its files are named after.</param>
/// <param name="Bytes">The bytes of its batches.</param>
/// <param name="Batches">Its batches.</param>
/// <param name="Records">Its records, transaction markers included.</param>
/// <param name="MaxTimestamp">The latest time of its records in epoch milliseconds; -1 without.</param>
public sealed record SegmentReport(long BaseOffset, long Bytes, long Batches, long Records, long MaxTimestamp);

/// <summary>Something that is wrong in a file.</summary>
/// <param name="File">The file's name, relative to the partition's folder.</param>
/// <param name="Position">Where in the file, in bytes.</param>
/// <param name="What">What is wrong. No content of records is named.</param>
public sealed record StorageFault(string File, long Position, string What);

/// <summary>How a start would change a file or folder.</summary>
public enum PlannedChangeKind
{
    /// <summary>It would be removed.</summary>
    Removed,

    /// <summary>Its end, which holds no whole batch, would be cut off.</summary>
    Cut,

    /// <summary>It would be written anew, as indexes are.</summary>
    Rewritten,

    /// <summary>It would be made.</summary>
    Made,
}

/// <summary>A change that the next start would make.</summary>
/// <param name="Path">The file or folder, relative to the data directory.</param>
/// <param name="Kind">What would happen to it.</param>
/// <param name="Bytes">The bytes that would be removed or cut off, or that it would hold afterwards.</param>
/// <param name="WholeBatches">
/// The whole batches that would be lost with them: none where a kill tore the end of a log, some where something was damaged.
/// </param>
public sealed record PlannedChange(string Path, PlannedChangeKind Kind, long Bytes, long WholeBatches = 0);
