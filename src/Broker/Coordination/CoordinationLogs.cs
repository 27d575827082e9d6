using MedStreams.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Coordination;

/// <summary>What the coordinators report.</summary>
internal static partial class CoordinationLogs
{
    [LoggerMessage(2100, LogLevel.Error, "{Topic}-{Partition} refused records of its coordinator: {Error}.")]
    public static partial void AppendRefused(ILogger logger, string topic, int partition, ErrorCode error);

    [LoggerMessage(2101, LogLevel.Information, "Loaded {Groups} groups and {Transactions} transactional ids.")]
    public static partial void Loaded(ILogger logger, int groups, int transactions);

    [LoggerMessage(2102, LogLevel.Warning,
        "The marker of producer {ProducerId}, epoch {Epoch}, was refused by {Topic}-{Partition}: {Error}.")]
    public static partial void MarkerRefused(
        ILogger logger, long producerId, short epoch, string topic, int partition, ErrorCode error);

    [LoggerMessage(2103, LogLevel.Information,
        "The transaction of {TransactionalId}, producer {ProducerId}, lasted too long and is aborted.")]
    public static partial void TransactionTimedOut(ILogger logger, string transactionalId, long producerId);

    [LoggerMessage(2104, LogLevel.Error,
        "The end of the transaction of {TransactionalId} is decided and waits: a log cannot be written.")]
    public static partial void CompletionFailed(ILogger logger, string transactionalId);

    [LoggerMessage(2105, LogLevel.Error, "Periodic work of a coordinator failed.")]
    public static partial void BackgroundFailed(ILogger logger, Exception exception);

    [LoggerMessage(2106, LogLevel.Warning, "The groups of {Topic}-{Partition} are read again: what they know is ahead of their log, which could not be written.")]
    public static partial void ReloadingGroups(ILogger logger, string topic, int partition);

    [LoggerMessage(2107, LogLevel.Information, "{Groups} groups of {Topic}-{Partition} were read again.")]
    public static partial void ReloadedGroups(ILogger logger, int groups, string topic, int partition);

    [LoggerMessage(2109, LogLevel.Information, "{Offsets} committed offsets have expired, and with them {Groups} groups.")]
    public static partial void OffsetsExpired(ILogger logger, int offsets, int groups);

    [LoggerMessage(2110, LogLevel.Information, "{Count} transactional ids that were not used for long have expired.")]
    public static partial void TransactionalIdsExpired(ILogger logger, int count);

    [LoggerMessage(2108, LogLevel.Warning, "The groups of {Topic}-{Partition} cannot be read again yet.")]
    public static partial void ReloadFailed(ILogger logger, Exception exception, string topic, int partition);
}
