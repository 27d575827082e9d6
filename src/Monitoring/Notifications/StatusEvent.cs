namespace MedStreams.Monitoring.Notifications;

/// <summary>What happened to a status.</summary>
public enum StatusEventKind
{
    /// <summary>It became bad.</summary>
    Opened,

    /// <summary>It is bad, and became better or worse.</summary>
    Changed,

    /// <summary>It is still bad.</summary>
    Reminder,

    /// <summary>It is good again, or the group is gone.</summary>
    Closed,
}

/// <summary>A change of status that somebody is told.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Group">The group; empty where it is about the cluster itself.</param>
/// <param name="Status">As it is now: OK, WARN, ERR, NOTFOUND; of a cluster REACHABLE or UNREACHABLE.</param>
/// <param name="Previous">As it was when it was told before.</param>
/// <param name="Lag">Records of the group that wait.</param>
/// <param name="Worst">The partition to look at first, with its status and lag; may be empty.</param>
/// <param name="Since">Since when the status is so.</param>
/// <param name="At">When this was found.</param>
public sealed record StatusEvent(
    StatusEventKind Kind, string Cluster, string Group, string Status, string Previous, long Lag, string Worst, DateTimeOffset Since, DateTimeOffset At)
{
    /// <summary>A sentence for a person.</summary>
    public string Text => Group.Length == 0
        ? $"Cluster {Cluster} is {Status}{Still}."
        : $"Group {Group} on {Cluster} is {Status}{Still}, it was {Previous}; {Lag} records wait{(Worst.Length > 0 ? $", look at {Worst}" : "")}.";

    private string Still => Kind == StatusEventKind.Reminder ? " still" : "";
}
