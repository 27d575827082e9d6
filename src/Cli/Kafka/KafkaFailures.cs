using Confluent.Kafka;

namespace MedStreams.Cli.Kafka;

/// <summary>What errors of Kafka's client mean to the person at the command line.</summary>
internal static class KafkaFailures
{
    /// <summary>4 where no broker answered, else 1.</summary>
    public static int ExitCode(Error error) => IsUnreachable(error.Code) ? ExitCodes.BrokerUnreachable : ExitCodes.Failed;

    /// <summary>One line, with the error's name in Kafka.</summary>
    public static string Describe(Error error) =>
        IsUnreachable(error.Code) ? $"no broker answers ({error.Code})" : $"Kafka: {error.Reason} ({error.Code})";

    /// <summary>An exception that says which brokers were tried.</summary>
    public static CliException Unreachable(string bootstrapServers, TimeSpan waited, Exception cause) =>
        CliException.BrokerUnreachable(
            $"no broker answers at {bootstrapServers} (waited {waited.TotalSeconds:0.#} s); name others with --bootstrap-servers, or start one: medstreams broker",
            cause);

    /// <summary>Whether the error means that nobody is there.</summary>
    public static bool IsUnreachable(ErrorCode code) =>
        code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut
            or ErrorCode.Local_Resolve or ErrorCode.Local_Ssl or ErrorCode.BrokerNotAvailable;
}
