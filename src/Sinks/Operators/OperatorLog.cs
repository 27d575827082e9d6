using Microsoft.Extensions.Logging;

namespace MedStreams.Sinks.Operators;

/// <summary>What is told of operators; nothing of it is of a card, an address or a login.</summary>
internal static partial class OperatorLog
{
    [LoggerMessage(1, LogLevel.Warning, "The operator {Name} is left alone for {Pause}, since too many requests failed; the last one: {Reason}")]
    public static partial void LeftAlone(ILogger logger, string name, TimeSpan pause, string reason);

    [LoggerMessage(2, LogLevel.Information, "The operator {Name} is called again")]
    public static partial void CalledAgain(ILogger logger, string name);

    [LoggerMessage(3, LogLevel.Information, "The operator {Name} takes nothing for {Pause}")]
    public static partial void Throttled(ILogger logger, string name, TimeSpan pause);

    [LoggerMessage(4, LogLevel.Debug, "A request to the operator {Name} failed: {Reason}")]
    public static partial void Failed(ILogger logger, string name, string reason);
}
