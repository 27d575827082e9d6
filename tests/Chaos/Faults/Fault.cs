using MedStreams.Chaos.Tests.Children;

namespace MedStreams.Chaos.Tests.Faults;

/// <summary>What is done to whom.</summary>
internal enum FaultKind
{
    KillRunner,
    StopRunner,
    PauseRunner,
    Zombie,
    DieInCommit,
    KillBroker,
    PauseBroker,
    KillDatabase,
    PauseDatabase,
    Network,
    DatabaseNetwork,
    RollingRestart,
    Scale,
}

/// <summary>One fault of a plan.</summary>
/// <param name="Kind">What.</param>
/// <param name="Slot">Which runner, where it is one; for <see cref="FaultKind.Scale"/> how many there are from now on.</param>
/// <param name="Progress">How many results to wait for before it, but not for long.</param>
/// <param name="Length">How long it lasts: until the restart, or until it goes on.</param>
internal sealed record Fault(FaultKind Kind, int Slot, int Progress, TimeSpan Length)
{
    public Net.NetFault Net { get; init; }

    public DeathStep Death { get; init; }

    /// <summary>In which commit after its start the runner dies.</summary>
    public int DeathCommit { get; init; }

    /// <summary>Microseconds after the step.</summary>
    public int DeathDelay { get; init; }

    public override string ToString() => Kind switch
    {
        FaultKind.Scale => $"Scale to {Slot}",
        FaultKind.RollingRestart => "RollingRestart",
        FaultKind.Network or FaultKind.DatabaseNetwork => $"{Kind} {Net} of runner {Slot} for {Length.TotalMilliseconds:0} ms",
        FaultKind.DieInCommit => $"{Kind} of runner {Slot} in commit {DeathCommit} {DeathDelay} us after {Death}",
        FaultKind.KillBroker or FaultKind.PauseBroker or FaultKind.KillDatabase or FaultKind.PauseDatabase =>
            $"{Kind} for {Length.TotalMilliseconds:0} ms",
        _ => $"{Kind} {Slot} for {Length.TotalMilliseconds:0} ms",
    };
}
