using MedStreams.Chaos.Tests.Children;
using MedStreams.Chaos.Tests.Net;

namespace MedStreams.Chaos.Tests.Faults;

/// <summary>What the surroundings allow.</summary>
/// <param name="OwnsBroker">Whether the broker is ours to kill.</param>
/// <param name="HasDatabase">Whether there is a database.</param>
/// <param name="ProxiesBroker">Whether runners reach the broker through proxies.</param>
/// <param name="AllowsZombies">
/// Whether anything may be delivered after its sender was given up. At least once has no defence against that: what a zombie writes
/// to a changelog late stands for the newer value.
/// </param>
/// <param name="Session">The session time-out of the members.</param>
internal sealed record Surroundings(bool OwnsBroker, bool HasDatabase, bool ProxiesBroker, bool AllowsZombies, TimeSpan Session);

/// <summary>The faults of a run: the same for the same seed.</summary>
internal static class FaultPlan
{
    private const int MostRunners = 3;

    /// <summary>Begins with one runner, then three, a rolling restart of all, and two in the end.</summary>
    public static IReadOnlyList<Fault> Make(int seed, int count, Surroundings around)
    {
        var random = new Random(seed);
        var kinds = Kinds(around).SelectMany(k => Enumerable.Repeat(k.Kind, k.Weight)).ToArray();
        var plan = new List<Fault>();
        var runners = 1;
        for (var i = 0; plan.Count < count; i++)
        {
            if (i == count / 8)
                plan.Add(new(FaultKind.Scale, runners = MostRunners, 0, TimeSpan.Zero));
            else if (i == count / 2)
                plan.Add(new(FaultKind.RollingRestart, 0, 0, TimeSpan.Zero));
            else if (i == count * 3 / 4)
                plan.Add(new(FaultKind.Scale, runners = MostRunners - 1, 0, TimeSpan.Zero));
            else
                plan.Add(One(random, kinds[random.Next(kinds.Length)], runners, around));
        }

        return plan;
    }

    private static IEnumerable<(FaultKind Kind, int Weight)> Kinds(Surroundings around)
    {
        yield return (FaultKind.KillRunner, 12);
        yield return (FaultKind.StopRunner, 6);
        yield return (FaultKind.PauseRunner, 6);
        yield return (FaultKind.DieInCommit, 16);
        if (around.AllowsZombies)
            yield return (FaultKind.Zombie, 10);
        if (around.OwnsBroker)
        {
            yield return (FaultKind.KillBroker, 10);
            yield return (FaultKind.PauseBroker, 5);
        }

        if (around.ProxiesBroker)
            yield return (FaultKind.Network, 18);
        if (!around.HasDatabase)
            yield break;
        yield return (FaultKind.KillDatabase, 6);
        yield return (FaultKind.PauseDatabase, 4);
        yield return (FaultKind.DatabaseNetwork, 8);
    }

    private static Fault One(Random random, FaultKind kind, int runners, Surroundings around)
    {
        var session = (int)around.Session.TotalMilliseconds;
        var net = NetKind(random, around);
        var length = kind switch
        {
            FaultKind.Zombie => random.Next(session + 300, session * 5 / 2),
            FaultKind.PauseRunner => random.Next(50, session / 2),
            FaultKind.Network or FaultKind.DatabaseNetwork when net == NetFault.Cut => 0,
            FaultKind.Network when around.AllowsZombies => random.Next(200, session * 2),
            FaultKind.Network or FaultKind.DatabaseNetwork => random.Next(200, session / 2),
            FaultKind.PauseDatabase or FaultKind.PauseBroker => random.Next(100, 1_500),
            _ => random.Next(0, 800),
        };
        return new Fault(kind, 1 + random.Next(runners), random.Next(1, 250), TimeSpan.FromMilliseconds(length))
        {
            Net = net,
            Death = (DeathStep)random.Next(5),
            DeathCommit = random.Next(1, 15),
            DeathDelay = random.Next(4) == 0 ? random.Next(0, 20_000) : random.Next(0, 2_000),
        };
    }

    private static NetFault NetKind(Random random, Surroundings around)
    {
        NetFault[] kinds = around.AllowsZombies
            ? [NetFault.Delay, NetFault.Trickle, NetFault.Hold, NetFault.Hold, NetFault.BlackHole, NetFault.HalfOpen, NetFault.Cut, NetFault.Cut]
            : [NetFault.Delay, NetFault.Trickle, NetFault.BlackHole, NetFault.HalfOpen, NetFault.Cut, NetFault.Cut];
        return kinds[random.Next(kinds.Length)];
    }
}
