namespace MedStreams.Broker.Coordination;

/// <summary>The life of a group. The names are Kafka's; clients see them in DescribeGroups and ListGroups.</summary>
internal enum GroupState
{
    /// <summary>No members; the group may still hold offsets.</summary>
    Empty,

    /// <summary>Members are called to join again; offset commits of the previous generation are still taken.</summary>
    PreparingRebalance,

    /// <summary>All have joined; the leader's assignment is awaited.</summary>
    CompletingRebalance,

    /// <summary>Every member has, or can fetch, its assignment.</summary>
    Stable,

    /// <summary>Removed; a new group of the same name starts afresh.</summary>
    Dead,
}

/// <summary>The legal moves between the states of a group.</summary>
internal static class GroupStates
{
    /// <summary>Whether <paramref name="from"/> may become <paramref name="to"/>.</summary>
    public static bool CanBecome(this GroupState from, GroupState to) => to switch
    {
        GroupState.Empty => from is GroupState.PreparingRebalance,
        GroupState.PreparingRebalance => from is GroupState.Empty or GroupState.CompletingRebalance or GroupState.Stable,
        GroupState.CompletingRebalance => from is GroupState.PreparingRebalance,
        GroupState.Stable => from is GroupState.CompletingRebalance,
        GroupState.Dead => from is not GroupState.Dead,
        _ => false,
    };
}
