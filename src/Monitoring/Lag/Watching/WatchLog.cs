using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Lag;

/// <summary>What the watch over groups reports. Event ids 6000 to 6019.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(6000, LogLevel.Information, "Cluster {Cluster} is watched: {Topics} topics.")]
    public static partial void Watched(ILogger logger, string cluster, int topics);

    [LoggerMessage(6001, LogLevel.Warning, "Cluster {Cluster} cannot be looked at ({Error}): what is told of it is as old as the last look.")]
    public static partial void Unreachable(ILogger logger, string cluster, string error);

    [LoggerMessage(6002, LogLevel.Information, "Cluster {Cluster} can be looked at again.")]
    public static partial void Reachable(ILogger logger, string cluster);

    [LoggerMessage(6003, LogLevel.Warning, "Cluster {Cluster} has more groups or partitions than may be kept: {Refused} commits were not noted.")]
    public static partial void Full(ILogger logger, string cluster, long refused);

    [LoggerMessage(6004, LogLevel.Warning, "Cluster {Cluster}: how long records wait cannot be looked up ({Error}).")]
    public static partial void NoTimes(ILogger logger, string cluster, string error);
}
