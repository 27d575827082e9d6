namespace MedStreams.Cli;

/// <summary>What the process answers.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed while running.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration: a person has to change something first.</summary>
    public const int Usage = 2;

    /// <summary>It ran, and a check did not hold.</summary>
    public const int CheckFailed = 3;

    /// <summary>No broker answered.</summary>
    public const int BrokerUnreachable = 4;

    /// <summary>A signal ended it: 128 and the signal's number (130 SIGINT, 141 SIGPIPE, 143 SIGTERM).</summary>
    public static int Signal(int number) => 128 + number;
}
