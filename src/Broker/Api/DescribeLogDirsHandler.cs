using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>
/// DescribeLogDirs (key 35), versions 0 to 4: the data directory and the size of each partition's segments in bytes. Null
/// topics mean all. Needs Describe on the cluster. Deviation: the sizes of the volume (version 4) are those that the system tells, or -1.
/// </summary>
internal sealed class DescribeLogDirsHandler(BrokerContext broker)
    : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeLogDirsResponse?> HandleAsync(
        DescribeLogDirsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
            return new(new DescribeLogDirsResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        var logs = request.Topics is { } topics
            ? topics.SelectMany(topic => topic.Partitions.Select(partition => broker.Logs.Find(topic.Topic)?.Partition(partition))).OfType<PartitionLog>()
            : broker.Logs.Topics.SelectMany(topic => topic.Partitions);
        var directory = Path.GetFullPath(broker.Options.DataDirectory);
        var volume = VolumeOf(directory);
        return new(new DescribeLogDirsResponse
        {
            Results =
            [
                new()
                {
                    LogDir = directory,
                    Topics = [.. logs.GroupBy(log => log.Partition.Topic).Select(Describe)],
                    TotalBytes = volume?.TotalSize ?? -1,
                    UsableBytes = volume?.AvailableFreeSpace ?? -1,
                },
            ],
        });
    }

    private static DescribeLogDirsResponse.DescribeLogDirsTopic Describe(IGrouping<string, PartitionLog> topic) => new()
    {
        Name = topic.Key,
        Partitions =
        [
            .. topic.Select(log => new DescribeLogDirsResponse.DescribeLogDirsPartition
            {
                PartitionIndex = log.Partition.Partition,
                PartitionSize = log.Size,
                OffsetLag = 0,
            }),
        ],
    };

    private static DriveInfo? VolumeOf(string directory)
    {
        try
        {
            return DriveInfo.GetDrives()
                .Where(drive => drive.IsReady && directory.StartsWith(drive.Name, StringComparison.Ordinal))
                .MaxBy(drive => drive.Name.Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
