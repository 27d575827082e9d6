namespace MedStreams.Cli;

/// <summary>Ends a verb with an exit code and a text for people; never carries what records hold.</summary>
internal sealed class CliException : Exception
{
    public CliException()
    {
    }

    public CliException(string message)
        : base(message)
    {
    }

    public CliException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; private init; } = ExitCodes.Failed;

    /// <summary>Wrong usage or configuration.</summary>
    public static CliException Usage(string message) => new(message) { ExitCode = ExitCodes.Usage };

    /// <summary>Failed while running.</summary>
    public static CliException Failed(string message, Exception? cause = null) => new(message, cause);

    /// <summary>A check did not hold.</summary>
    public static CliException CheckFailed(string message) => new(message) { ExitCode = ExitCodes.CheckFailed };

    /// <summary>No broker answered.</summary>
    public static CliException BrokerUnreachable(string message, Exception? cause) =>
        new(message, cause) { ExitCode = ExitCodes.BrokerUnreachable };
}
