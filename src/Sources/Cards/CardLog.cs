using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Cards;

/// <summary>What is told of the feeding; nothing of it is of a card.</summary>
internal static partial class CardLog
{
    [LoggerMessage(1, LogLevel.Information, "Cards of {Source} are read here from now on; {Count} are known")]
    public static partial void Leading(ILogger logger, string source, int count);

    [LoggerMessage(2, LogLevel.Information, "Cards of {Source}: {Changed} new or changed, {Removed} gone, {Rejected} rows rejected")]
    public static partial void Written(ILogger logger, string source, int changed, int removed, int rejected);

    [LoggerMessage(3, LogLevel.Warning, "Cards of {Source} cannot be read: {Reason}")]
    public static partial void Unreadable(ILogger logger, string source, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Cards of {Source} cannot be written ({Code}, {Reason}); it is tried again")]
    public static partial void Unwritable(ILogger logger, string source, ErrorCode code, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Cards of {Source}: no card is taken for gone, since of {Count} rejected rows nobody can tell which cards they are about")]
    public static partial void Unidentified(ILogger logger, string source, int count);

    [LoggerMessage(6, LogLevel.Debug, "librdkafka {Level}: {Text}")]
    public static partial void Client(ILogger logger, SyslogLevel level, string text);
}
