using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Api;

/// <summary>The log messages of the data plane's handlers; event ids 1200 to 1299.</summary>
internal static partial class ApiLogs
{
    [LoggerMessage(1200, LogLevel.Error, "The topic {Topic} could not be changed; the client was told so.")]
    public static partial void ChangeFailed(ILogger logger, Exception exception, string topic);

    [LoggerMessage(1201, LogLevel.Error, "{Topic}-{Partition} could not be read at offset {Offset}; the client was told to try again.")]
    public static partial void ReadFailed(ILogger logger, Exception exception, string topic, int partition, long offset);

    [LoggerMessage(1202, LogLevel.Error, "No producer id could be taken; the client was told to try again.")]
    public static partial void ProducerIdFailed(ILogger logger, Exception exception);
}
