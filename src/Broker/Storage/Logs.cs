using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Storage;

/// <summary>The log messages of the storage; event ids 1000 to 1099.</summary>
internal static partial class Logs
{
    [LoggerMessage(1000, LogLevel.Error, "A batch could not be written to {Topic}-{Partition}; the producer was told to try again.")]
    public static partial void WriteFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1001, LogLevel.Critical, "{Topic}-{Partition} takes no records until its files have been read again: nothing is known about what its last writes left on the disk.")]
    public static partial void PartitionFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1002, LogLevel.Warning, "{Topic}-{Partition}: {Bytes} bytes after offset {Offset} were no whole batch and have been cut off.")]
    public static partial void TornTail(ILogger logger, string topic, int partition, long bytes, long offset);

    [LoggerMessage(1003, LogLevel.Information, "{Topic}-{Partition} was read again from offset {From} to {To} after an unclean stop.")]
    public static partial void Recovered(ILogger logger, string topic, int partition, long from, long to);

    [LoggerMessage(1004, LogLevel.Warning, "{Topic}-{Partition}: the recovery point at offset {Offset} does not fit the files and was not used.")]
    public static partial void RecoveryPointRefused(ILogger logger, string topic, int partition, long offset);

    [LoggerMessage(1005, LogLevel.Error, "A checkpoint of {Topic}-{Partition} failed; the next one will try again.")]
    public static partial void CheckpointFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1006, LogLevel.Information, "The folder {Name} belongs to no topic and was removed.")]
    public static partial void LeftOverRemoved(ILogger logger, string name);

    [LoggerMessage(1007, LogLevel.Information, "{Topic}-{Partition}: {ByTime} segments are older than they are kept and {BySize} exceed the size that is kept; the log starts at {Start} now.")]
    public static partial void RetentionApplies(ILogger logger, string topic, int partition, int byTime, int bySize, long start);

    [LoggerMessage(1008, LogLevel.Warning, "{Topic}-{Partition}: files of the removed segment {BaseOffset} could not be renamed; they go with the next start.")]
    public static partial void RemovalFailed(ILogger logger, Exception exception, string topic, int partition, long baseOffset);

    [LoggerMessage(1009, LogLevel.Error, "Retention of {Topic}-{Partition} failed; the next round will try again.")]
    public static partial void RetentionFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1010, LogLevel.Information, "{Topic}-{Partition} was compacted up to offset {CleanedTo}: {Segments} segments of {Before} bytes became {After} bytes.")]
    public static partial void Compacted(ILogger logger, string topic, int partition, long cleanedTo, int segments, long before, long after);

    [LoggerMessage(1011, LogLevel.Error, "Compaction of {Topic}-{Partition} failed; the next round will try again.")]
    public static partial void CompactionFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1012, LogLevel.Error, "{Topic}-{Partition} cannot be compacted and is left as it is until the broker is started again.")]
    public static partial void Uncompactable(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1013, LogLevel.Information, "{Topic}-{Partition} was read again and takes records from offset {Next} on; {Lost} offsets that were never durable are given out anew.")]
    public static partial void Repaired(ILogger logger, string topic, int partition, long next, long lost);

    [LoggerMessage(1014, LogLevel.Warning, "{Topic}-{Partition} could not be repaired yet; the next round will try again.")]
    public static partial void RepairFailed(ILogger logger, Exception exception, string topic, int partition);

    [LoggerMessage(1015, LogLevel.Critical, "{Topic}-{Partition} holds whole batches up to offset {Found} only, but records up to {Expected} were durable: the disk has lost them. The partition stays as it is.")]
    public static partial void DurableRecordsLost(ILogger logger, string topic, int partition, long found, long expected);
}
