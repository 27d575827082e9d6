using MedStreams.Broker.Storage;

namespace MedStreams.Broker;

/// <summary>Verifies the segments of one partition, as far as a start would keep them.</summary>
internal static class PartitionCheck
{
    /// <summary>Reads all segments.</summary>
    /// <param name="files">The files as they are.</param>
    /// <param name="trial">The files as a start would leave them.</param>
    /// <param name="log">The partition as a start would open it.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public static PartitionReport Run(
        IFileSystem files, DryRunFileSystem trial, PartitionLog log, CancellationToken cancellationToken)
    {
        var faults = new List<StorageFault>();
        var segments = new List<SegmentReport>();
        var bases = trial.Files(log.Directory)
            .Select(file => LogFileNames.OffsetOf(file.Name, LogFileNames.Log))
            .Where(offset => offset >= 0)
            .Order()
            .ToList();
        long next = 0;
        foreach (var baseOffset in bases)
        {
            if (!files.FileExists(Path.Combine(log.Directory, LogFileNames.Of(baseOffset, LogFileNames.Log))))
                continue;
            var check = new SegmentCheck(trial, log.Directory, baseOffset, Math.Max(next, baseOffset), faults);
            segments.Add(check.Run(cancellationToken));
            next = check.NextOffset;
        }

        if (next != log.NextOffset && segments.Count > 0)
        {
            var last = LogFileNames.Of(segments[^1].BaseOffset, LogFileNames.Log);
            faults.Add(new(last, segments[^1].Bytes, $"The batches end before offset {next}, the recovery point says {log.NextOffset}."));
        }

        return new PartitionReport
        {
            Topic = log.Partition.Topic,
            Partition = log.Partition.Partition,
            LogStartOffset = log.LogStartOffset,
            NextOffset = log.NextOffset,
            LastStableOffset = log.LastStableOffset,
            RecoveryPoint = log.RecoveryPoint,
            Segments = segments,
            Faults = faults,
        };
    }
}
