using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Notifications;

/// <summary>What notifying reports. Event ids 6020 to 6039.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(6020, LogLevel.Warning, "{Text}")]
    public static partial void Told(ILogger logger, string text);

    [LoggerMessage(6021, LogLevel.Error, "{Receiver} does not take notifications ({Why}): they wait and are tried again.")]
    public static partial void NotTaken(ILogger logger, string receiver, string why);

    [LoggerMessage(6022, LogLevel.Information, "{Receiver} takes notifications again.")]
    public static partial void TakenAgain(ILogger logger, string receiver);

    [LoggerMessage(6023, LogLevel.Error, "{Count} notifications for {Receiver} are given up: {Why}.")]
    public static partial void GivenUp(ILogger logger, int count, string receiver, string why);
}
