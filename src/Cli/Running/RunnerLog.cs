using MedStreams.Streams;
using Microsoft.Extensions.Logging;

namespace MedStreams.Cli.Running;

/// <summary>What the runner reports. Event ids 3000 to 3099.</summary>
internal static partial class RunnerLog
{
    [LoggerMessage(3000, LogLevel.Information, "{Topology}: {From} -> {To}.")]
    public static partial void StateChanged(ILogger logger, string topology, KafkaStreamsState from, KafkaStreamsState to);

    [LoggerMessage(3001, LogLevel.Information, "{Topology} stops: it commits and leaves, within {Limit}.")]
    public static partial void Closing(ILogger logger, string topology, TimeSpan limit);

    [LoggerMessage(3002, LogLevel.Information, "{Topology} has stopped.")]
    public static partial void Closed(ILogger logger, string topology);

    [LoggerMessage(3003, LogLevel.Warning, "{Topology} stands still ({Reason}): {Text} Records left: {RecordsLeft}; time left: {TimeLeft}.")]
    public static partial void StandsStill(
        ILogger logger, string topology, StandstillReason reason, string text, long? recordsLeft, TimeSpan? timeLeft);

    [LoggerMessage(3004, LogLevel.Information, "{Topology} stood still for {Time} ({Reason}); that is over.")]
    public static partial void GoesOn(ILogger logger, string topology, StandstillReason reason, TimeSpan time);
}
