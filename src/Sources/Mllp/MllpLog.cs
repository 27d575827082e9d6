using System.Net;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Mllp;

/// <summary>What the source reports; nothing of it is content of a message.</summary>
internal static partial class MllpLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening for MLLP on {EndPoint}; {Remembered} messages of the last {Window} are remembered")]
    public static partial void Listening(ILogger logger, IPEndPoint endPoint, int remembered, TimeSpan window);

    [LoggerMessage(2, LogLevel.Information, "Connection {Id} from {Remote} {Change}")]
    public static partial void Connection(ILogger logger, long id, IPEndPoint remote, string change);

    [LoggerMessage(3, LogLevel.Warning, "Connection {Id} from {Remote} {Change}: {Reason}")]
    public static partial void ConnectionFault(ILogger logger, long id, IPEndPoint remote, string change, string reason);

    [LoggerMessage(4, LogLevel.Warning, "A message from {Remote} is refused: {Reason}; its bytes are in the dead-letter topic")]
    public static partial void Refused(ILogger logger, IPEndPoint remote, string reason);

    [LoggerMessage(5, LogLevel.Warning, "{Bytes} bytes from {Remote} are no message ({Kind}); they are in the dead-letter topic")]
    public static partial void Broken(ILogger logger, int bytes, IPEndPoint remote, string kind);

    [LoggerMessage(6, LogLevel.Warning, "A transaction of {Count} messages was aborted ({Code}) and is tried again; senders wait")]
    public static partial void Aborted(ILogger logger, int count, ErrorCode code);

    [LoggerMessage(7, LogLevel.Warning, "Kafka has not committed yet ({Code}); senders wait")]
    public static partial void Waiting(ILogger logger, ErrorCode code);

    [LoggerMessage(8, LogLevel.Debug, "librdkafka {Level}: {Text}")]
    public static partial void Client(ILogger logger, SyslogLevel level, string text);
}
