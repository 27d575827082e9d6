using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>What the runtime logs: ids, positions and times, never content.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(100, LogLevel.Information, "{Thread}: {Count} tasks assigned: {Tasks}")]
    public static partial void Assigned(ILogger logger, string thread, int count, string tasks);

    [LoggerMessage(101, LogLevel.Information, "{Thread}: the group's members cannot be told yet; waiting for the next generation")]
    public static partial void ViewNotStable(ILogger logger, string thread);

    [LoggerMessage(102, LogLevel.Warning, "{Thread}: the membership of the group is lost; uncommitted work is dropped")]
    public static partial void MembershipLost(ILogger logger, string thread);

    [LoggerMessage(103, LogLevel.Warning, "{Thread}: a commit failed and is undone: {Reason}")]
    public static partial void TransactionLost(ILogger logger, string thread, string reason);

    [LoggerMessage(104, LogLevel.Information, "{Thread}: stopped")]
    public static partial void Stopped(ILogger logger, string thread);

    [LoggerMessage(105, LogLevel.Error, "{Thread}: died")]
    public static partial void Died(ILogger logger, string thread, Exception error);

    [LoggerMessage(106, LogLevel.Information, "{Thread}: {Count} global stores are up to date")]
    public static partial void GlobalsFilled(ILogger logger, string thread, int count);

    [LoggerMessage(107, LogLevel.Information, "{Thread}: patterns choose other topics now, {Count} in all are read")]
    public static partial void TopicsChanged(ILogger logger, string thread, int count);

    [LoggerMessage(110, LogLevel.Information, "Task {Task}: {Store} is restored from offset {From} to {End}")]
    public static partial void RestoreBegins(ILogger logger, TaskId task, string store, long from, long end);

    [LoggerMessage(111, LogLevel.Information, "Task {Task}: {Store} is up to date, {Count} records restored")]
    public static partial void RestoreEnds(ILogger logger, TaskId task, string store, long count);

    [LoggerMessage(112, LogLevel.Warning, "Task {Task}: {Store} stands at changelog offset {Position}, but the changelog holds {Beginning} to {End}: it is rebuilt from the beginning")]
    public static partial void ChangelogLost(ILogger logger, TaskId task, string store, long position, long beginning, long end);

    [LoggerMessage(113, LogLevel.Warning, "Task {Task}: the state on disk is damaged; it is wiped and rebuilt from the beginning")]
    public static partial void StateCorrupted(ILogger logger, TaskId task, Exception error);

    [LoggerMessage(120, LogLevel.Warning, "Task {Task}: {Sink} does not answer; asking again in {Delay}")]
    public static partial void SinkUnavailable(ILogger logger, TaskId task, string sink, TimeSpan delay, Exception error);

    [LoggerMessage(121, LogLevel.Warning, "Task {Task}: {Sink} was claimed by another owner; the task is given back")]
    public static partial void SinkFenced(ILogger logger, TaskId task, string sink);

    [LoggerMessage(122, LogLevel.Information, "Task {Task}: {Sink} claimed, reading from {Position}")]
    public static partial void SinkClaimed(ILogger logger, TaskId task, string sink, long position);

    [LoggerMessage(130, LogLevel.Warning, "Dropped a record of {Topic}-{Partition} at {Offset}: {Reason}")]
    public static partial void RecordDropped(ILogger logger, string topic, int partition, long offset, string reason);

    [LoggerMessage(131, LogLevel.Warning, "A record of {Topic}-{Partition} at {Offset} went to the dead-letter topic: {Reason}")]
    public static partial void RecordDeadLettered(ILogger logger, string topic, int partition, long offset, string reason);
}
