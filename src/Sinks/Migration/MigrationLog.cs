using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Migration;

/// <summary>What the migration database's loops report; nothing of it is patient data.</summary>
internal static partial class MigrationLog
{
    [LoggerMessage(1, LogLevel.Warning, "Migration {What}: {Reason}; tried again")]
    public static partial void DatabaseAway(ILogger logger, string what, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Source {Source}, run {Run}, window {Window}: {Reason}; the window is read on later")]
    public static partial void SourceFailed(ILogger logger, string source, int run, int window, string reason);

    [LoggerMessage(3, LogLevel.Information, "Run {Run}, window {Window} is read by another: its lease was over")]
    public static partial void WindowLost(ILogger logger, int run, int window);

    [LoggerMessage(4, LogLevel.Information, "Run {Run}, window {Window} was not given back ({Error}): others read it on when its lease is over")]
    public static partial void NotGivenBack(ILogger logger, int run, int window, string error);

    [LoggerMessage(5, LogLevel.Warning, "The target cannot say whether studies of run {Run} are there: {Reason}; asked again later")]
    public static partial void TargetFailed(ILogger logger, int run, string reason);

    [LoggerMessage(6, LogLevel.Information, "Tasks go to {Topic} from position {Position} on")]
    public static partial void RelayStarted(ILogger logger, string topic, long position);

    [LoggerMessage(7, LogLevel.Warning, "Tasks cannot be published: {Reason}; tried again")]
    public static partial void RelayFailed(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Debug, "librdkafka {Level}: {Text}")]
    public static partial void Client(ILogger logger, SyslogLevel level, string text);
}
