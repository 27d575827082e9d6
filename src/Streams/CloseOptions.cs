namespace MedStreams.Streams;

/// <summary>How an instance stops.</summary>
public sealed record CloseOptions
{
    /// <summary>How long to wait for the stop; null, the default: as long as it takes. What is not committed by then is done again.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether to leave the group. True, the default: others take the tasks over at once. False: the group counts this member until its
    /// session is over (<see cref="StreamsConfig.SessionTimeout"/>), and the next generation waits as long. For rolling restarts
    /// use static members (<see cref="StreamsConfig.GroupInstanceId"/>) instead: they never leave, and come back without a rebalance.
    /// </summary>
    public bool LeaveGroup { get; init; } = true;
}
