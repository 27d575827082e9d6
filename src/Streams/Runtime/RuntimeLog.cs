using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>What the runtime logs: ids, positions and times, never content.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(100, LogLevel.Information, "{Thread}: {Count} tasks assigned: {Tasks}; {Standbys} standbys: {StandbyTasks}; {Warmups} to warm up: {WarmupTasks}")]
    public static partial void Assigned(
        ILogger logger, string thread, int count, string tasks, int standbys, string standbyTasks, int warmups, string warmupTasks);

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

    [LoggerMessage(109, LogLevel.Warning, "What the group has to agree on was not written to {Topic}: {Reason}")]
    public static partial void AgreementNotSent(ILogger logger, string topic, string reason);

    [LoggerMessage(98, LogLevel.Warning, "The producer of {Topic} does not end; it is left alone")]
    public static partial void SenderStuck(ILogger logger, string topic);

    [LoggerMessage(99, LogLevel.Information, "{Thread}: tasks can move now; a new generation is asked for")]
    public static partial void MovesAsked(ILogger logger, string thread);

    [LoggerMessage(97, LogLevel.Information, "The state changes from {From} to {To}")]
    public static partial void StateChanged(ILogger logger, KafkaStreamsState from, KafkaStreamsState to);

    [LoggerMessage(96, LogLevel.Error, "{Handler} threw itself")]
    public static partial void HandlerFailed(ILogger logger, string handler, Exception error);

    [LoggerMessage(95, LogLevel.Warning, "{Thread}: all instances of the application are asked to stop")]
    public static partial void ShutdownAsked(ILogger logger, string thread);

    [LoggerMessage(94, LogLevel.Warning, "{Thread}: the group takes it for a member until its session is over: {Reason}")]
    public static partial void NotLeft(ILogger logger, string thread, string reason);

    [LoggerMessage(110, LogLevel.Information, "Task {Task}: {Store} is restored from offset {From} to {End}")]
    public static partial void RestoreBegins(ILogger logger, TaskId task, string store, long from, long end);

    [LoggerMessage(111, LogLevel.Information, "Task {Task}: {Store} is up to date, {Count} records restored")]
    public static partial void RestoreEnds(ILogger logger, TaskId task, string store, long count);

    [LoggerMessage(112, LogLevel.Warning, "Task {Task}: {Store} stands at changelog offset {Position}, but the changelog holds {Beginning} to {End}: it is rebuilt from the beginning")]
    public static partial void ChangelogLost(ILogger logger, TaskId task, string store, long position, long beginning, long end);

    [LoggerMessage(113, LogLevel.Warning, "Task {Task}: the state on disk is damaged; it is wiped and rebuilt from the beginning")]
    public static partial void StateCorrupted(ILogger logger, TaskId task, Exception error);

    [LoggerMessage(114, LogLevel.Information, "Task {Task}: the standby of {Store} follows its changelog from offset {From}, which ends at {End}")]
    public static partial void StandbyBegins(ILogger logger, TaskId task, string store, long from, long end);

    [LoggerMessage(117, LogLevel.Information, "Task {Task}: the standby of {Store} ends at offset {Position} of {End} after {Count} records: {Reason}")]
    public static partial void StandbyEnds(
        ILogger logger, TaskId task, string store, long position, long end, long count, StandbySuspension reason);

    [LoggerMessage(115, LogLevel.Warning, "Task {Task}: the state on disk, which nobody uses now, cannot be read")]
    public static partial void DormantStateDamaged(ILogger logger, TaskId task);

    [LoggerMessage(116, LogLevel.Warning, "Task {Task}: {Input} was to be read from offset {Position}, but holds {Beginning} to {End}: it is read from {First}")]
    public static partial void InputLost(
        ILogger logger, TaskId task, TopicPartition input, long position, long beginning, long end, long first);

    [LoggerMessage(118, LogLevel.Information, "Task {Task}: its state on disk, unused for {Delay}, is deleted")]
    public static partial void StateDeleted(ILogger logger, TaskId task, TimeSpan delay);

    [LoggerMessage(119, LogLevel.Warning, "State in {Folder} that nobody uses could not be deleted; trying again later")]
    public static partial void CleanupFailed(ILogger logger, string folder, Exception error);

    [LoggerMessage(120, LogLevel.Warning, "Task {Task}: {Sink} does not answer; asking again in {Delay}")]
    public static partial void SinkUnavailable(ILogger logger, TaskId task, string sink, TimeSpan delay, Exception error);

    [LoggerMessage(121, LogLevel.Warning, "Task {Task}: {Sink} was claimed by another owner; the task is given back")]
    public static partial void SinkFenced(ILogger logger, TaskId task, string sink);

    [LoggerMessage(122, LogLevel.Information, "Task {Task}: {Sink} claimed, reading from {Position}")]
    public static partial void SinkClaimed(ILogger logger, TaskId task, string sink, long position);

    [LoggerMessage(123, LogLevel.Warning, "{Thread}: what the record of {Topic}-{Partition} at {Offset} needs does not answer; trying again in {Delay}")]
    public static partial void ServiceDown(ILogger logger, string thread, string topic, int partition, long offset, TimeSpan delay, Exception error);

    [LoggerMessage(130, LogLevel.Warning, "Dropped a record of {Topic}-{Partition} at {Offset}: {Reason}")]
    public static partial void RecordDropped(ILogger logger, string topic, int partition, long offset, string reason);

    [LoggerMessage(131, LogLevel.Warning, "A record of {Topic}-{Partition} at {Offset} went to the dead-letter topic: {Reason}")]
    public static partial void RecordDeadLettered(ILogger logger, string topic, int partition, long offset, string reason);
}
