using MedStreams.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Broker;

/// <summary>
/// Verifies a broker's data directory while no broker uses it: every batch of every segment is read and its checksum
/// compared, indexes are held against the batches, and the next start is tried out. Nothing is changed on the disk.
/// </summary>
/// <remarks>
/// The start is tried out by the code that does it, over a file system that keeps all changes in memory; so what
/// <see cref="DataDirectoryReport.Changes"/> tells is what it would do.
/// </remarks>
public static class DataDirectoryCheck
{
    /// <summary>Checks a directory. It takes as long as reading all of it.</summary>
    /// <param name="directory">The folder that a broker was given as <see cref="BrokerOptions.DataDirectory"/>.</param>
    /// <param name="topicDefaults">The broker's <see cref="BrokerOptions.TopicDefaults"/>.</param>
    /// <param name="onPartition">Called after each partition, on the caller's thread.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="BrokerException">A broker uses the directory, or it is none.</exception>
    /// <exception cref="IOException">A file could not be read.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static DataDirectoryReport Run(
        string directory,
        IReadOnlyDictionary<string, string>? topicDefaults = null,
        Action<PartitionReport>? onPartition = null,
        CancellationToken cancellationToken = default) => Run(
            PhysicalFileSystem.Instance, Path.GetFullPath(directory), topicDefaults ?? new Dictionary<string, string>(), onPartition, cancellationToken);

    internal static DataDirectoryReport Run(
        IFileSystem files,
        string directory,
        IReadOnlyDictionary<string, string> topicDefaults,
        Action<PartitionReport>? onPartition,
        CancellationToken cancellationToken)
    {
        if (!files.FileExists(Path.Combine(directory, DataDirectory.DescriptionName)))
            throw new BrokerException($"{directory} is no data directory of a broker: it has no {DataDirectory.DescriptionName}.");
        var trial = new DryRunFileSystem(files);
        using var flusher = new OperatingSystemFlusher(trial);
        LogManager logs;
        try
        {
            logs = LogManager.Open(
                directory, new LogEnvironment(trial, flusher, TimeProvider.System, NullLogger.Instance), topicDefaults);
        }
        catch (IOException exception)
        {
            return Unstartable(exception);
        }

        try
        {
            return new DataDirectoryReport
            {
                Directory = directory,
                ClusterId = logs.ClusterId,
                WasStoppedInOrder = logs.WasClean,
                Partitions = [.. Partitions(logs).Select(Check)],
                Changes = [.. trial.Changes(directory).Where(IsOfInterest).Select(Describe)],
            };
        }
        finally
        {
            logs.Abandon();
        }

        PartitionReport Check(PartitionLog log)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var report = PartitionCheck.Run(files, trial, log, cancellationToken);
            onPartition?.Invoke(report);
            return report;
        }

        DataDirectoryReport Unstartable(IOException exception) => new()
        {
            Directory = directory,
            ClusterId = "",
            WasStoppedInOrder = false,
            StartFailure = exception.Message,
            Partitions = [],
            Changes = [],
        };

        PlannedChange Describe(FileChange change) => new(
            Path.GetRelativePath(directory, change.Path), (PlannedChangeKind)change.Kind, change.Bytes, Lost(change));

        long Lost(FileChange change)
        {
            if (change.Kind is not (FileChangeKind.Cut or FileChangeKind.Removed)
                || LogFileNames.OffsetOf(Path.GetFileName(change.Path), LogFileNames.Log) < 0
                || Partitions(logs).FirstOrDefault(log => log.Directory == Path.GetDirectoryName(change.Path)) is not { } partition)
            {
                return 0;
            }

            var length = LengthOf(files, change.Path);
            return LostBatches.Count(files, change.Path, change.Kind == FileChangeKind.Cut ? length - change.Bytes : 0, partition.NextOffset);
        }
    }

    private static long LengthOf(IFileSystem files, string path)
    {
        using var file = files.OpenToRead(path);
        return file.Length;
    }

    private static IEnumerable<PartitionLog> Partitions(LogManager logs) => logs.Topics
        .OrderBy(topic => topic.Name, StringComparer.Ordinal)
        .SelectMany(topic => topic.Partitions);

    /// <summary>The mark of an orderly stop goes with every start.</summary>
    private static bool IsOfInterest(FileChange change) => Path.GetFileName(change.Path) != DataDirectory.CleanName;
}
