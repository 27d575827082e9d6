using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Coordination;

/// <summary>
/// A consumer that speaks the cooperative protocol (KIP-429): it says what it owns when it joins, keeps that through a
/// rebalance, and joins again after it gave something up, so that the next generation can give it to others.
/// </summary>
internal sealed class CooperativeClient(string? instance)
{
    public enum Phase
    {
        Out,
        Joining,
        Joined,
        Syncing,
        Member,
    }

    public string? Instance => instance;

    public string MemberId { get; private set; } = "";

    public int Generation { get; private set; } = -1;

    public Phase Now { get; private set; }

    /// <summary>The partitions that it reads.</summary>
    public HashSet<byte> Owned { get; private set; } = [];

    private long Ticket { get; set; }

    private Dictionary<string, byte[]> Plan { get; set; } = [];

    /// <summary>What a client does next when nothing happens.</summary>
    public void Progress(GroupDriver group)
    {
        switch (Now)
        {
            case Phase.Out:
                Join(group);
                break;
            case Phase.Joined:
                Ticket = group.Sync(MemberId, Generation, Plan, instance, "cooperative");
                Now = Phase.Syncing;
                break;
            case Phase.Member when group.Heartbeat(MemberId, Generation, instance) is not ErrorCode.None and var error:
                Refused(error);
                break;
            default:
                break;
        }
    }

    public void Join(GroupDriver group)
    {
        Ticket = group.Join(
            MemberId, instance, [new GroupProtocol("cooperative", [.. Owned])], memberIdRequired: true, rebalance: 15_000);
        Now = Phase.Joining;
    }

    /// <summary>The process ends and begins again: it knows nothing any more, and does not say good-bye.</summary>
    public void Restart()
    {
        MemberId = "";
        Owned = [];
        Now = Phase.Out;
    }

    public void Leave(GroupDriver group)
    {
        if (MemberId.Length > 0)
        {
            group.Leave(MemberId, instance);
            Restart();
        }
    }

    /// <summary>The broker ended: who waited for an answer asks anew.</summary>
    public void Disconnected()
    {
        if (Now is Phase.Joining or Phase.Syncing)
        {
            Now = Phase.Out;
        }
    }

    /// <summary>Takes the answer that it waits for, if it is there.</summary>
    /// <returns>The generation of which it just got to know its part; null when it got nothing.</returns>
    public int? Collect(GroupDriver group, byte partitions)
    {
        if (Now is Phase.Joining && group.Joins.TryGetValue(Ticket, out var join))
        {
            Take(join, partitions);
        }
        else if (Now is Phase.Syncing && group.Syncs.TryGetValue(Ticket, out var sync))
        {
            return Take(sync);
        }

        return null;
    }

    private void Take(JoinAnswer join, byte partitions)
    {
        if (join.Error is not ErrorCode.None)
        {
            Refused(join.Error);
            MemberId = join.Error is ErrorCode.MemberIdRequired ? join.MemberId : MemberId;
            return;
        }

        (MemberId, Generation, Now) = (join.MemberId, join.Generation, Phase.Joined);
        Plan = join.Leader == MemberId && !join.SkipAssignment ? PlanOf(join.Members, partitions) : [];
    }

    private int? Take(SyncAnswer sync)
    {
        if (sync.Error is not ErrorCode.None)
        {
            Refused(sync.Error);
            return null;
        }

        var gaveUp = Owned.Except(sync.Assignment).Any();
        Owned = [.. sync.Assignment];

        // Who gave something up joins again at once, so that it can be given to others.
        Now = gaveUp ? Phase.Out : Phase.Member;
        return Generation;
    }

    private void Refused(ErrorCode error)
    {
        Now = Phase.Out;
        if (error is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
        {
            Restart();
        }
        else if (error is ErrorCode.IllegalGeneration)
        {
            // Others may have what it owned.
            Owned = [];
        }
    }

    /// <summary>Everybody keeps as much as is fair; what nobody owns is dealt out; what is taken away is given to nobody yet.</summary>
    private static Dictionary<string, byte[]> PlanOf(IReadOnlyList<JoinedMember> members, byte partitions)
    {
        var claims = members.SelectMany(member => member.Metadata).ToList();
        Assert.Equal(claims.Count, claims.Distinct().Count());
        var free = new Queue<byte>(Enumerable.Range(0, partitions).Select(p => (byte)p).Except(claims));
        var plan = new Dictionary<string, byte[]>();
        var rank = 0;
        foreach (var member in members.OrderBy(member => member.InstanceId ?? member.MemberId, StringComparer.Ordinal))
        {
            var fair = (partitions / members.Count) + (rank++ < partitions % members.Count ? 1 : 0);
            var kept = member.Metadata.Take(fair).ToList();
            while (kept.Count < fair && free.TryDequeue(out var more))
            {
                kept.Add(more);
            }

            plan[member.MemberId] = [.. kept];
        }

        return plan;
    }
}
