using System.Net;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Server;

/// <summary>The log messages of the server; event ids 1100 to 1199.</summary>
internal static partial class ServerLogs
{
    [LoggerMessage(1100, LogLevel.Information, "The broker listens on {EndPoints}; its data are in {Directory}, its cluster id is {ClusterId}.")]
    public static partial void Listening(ILogger logger, string endPoints, string directory, string clusterId);

    [LoggerMessage(1101, LogLevel.Debug, "Connection {Id} from {Remote} ended.")]
    public static partial void ConnectionLost(ILogger logger, Exception exception, long id, IPEndPoint remote);

    [LoggerMessage(1102, LogLevel.Warning, "Connection {Id} from {Remote} was closed: {Reason}")]
    public static partial void ConnectionRefused(ILogger logger, string reason, long id, IPEndPoint remote);

    [LoggerMessage(1103, LogLevel.Error, "Connection {Id} from {Remote} was closed: a request failed.")]
    public static partial void RequestFailed(ILogger logger, Exception exception, long id, IPEndPoint remote);

    [LoggerMessage(1104, LogLevel.Information, "The broker has stopped; everything in {Directory} is on the disk.")]
    public static partial void Stopped(ILogger logger, string directory);

    [LoggerMessage(1105, LogLevel.Warning, "The broker before was not stopped in order: the logs in {Directory} were checked from their recovery points on.")]
    public static partial void WasUnclean(ILogger logger, string directory);

    [LoggerMessage(1106, LogLevel.Error, "Looking after the logs failed; it is tried again at the next interval.")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1107, LogLevel.Warning, "A connection could not be accepted.")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(1108, LogLevel.Warning, "A connection from {Remote} was closed at once: its address has {Most} already.")]
    public static partial void TooManyConnections(ILogger logger, IPEndPoint remote, int most);
}
