namespace MedStreams.Monitoring.Lag;

/// <summary>How a group does with one partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Status">The verdict.</param>
/// <param name="Complete">How full the window is on which it rests, 0 to 1.</param>
/// <param name="CurrentLag">Records that are not committed yet.</param>
/// <param name="Start">The first commit of the window; null where there is none.</param>
/// <param name="End">The last one.</param>
/// <param name="Owner">The host of the member that reads it; may be empty.</param>
/// <param name="ClientId">That member's client id; may be empty.</param>
public sealed record PartitionLag(
    string Topic,
    int Partition,
    PartitionStatus Status,
    float Complete,
    long CurrentLag,
    CommitSample? Start,
    CommitSample? End,
    string Owner = "",
    string ClientId = "");

/// <summary>How a group does.</summary>
/// <param name="Status">The worst of its partitions.</param>
/// <param name="Complete">The share of its partitions whose windows are full.</param>
/// <param name="TotalLag">The sum over its partitions.</param>
/// <param name="MaxLag">The partition with the largest lag, of several the first by topic and partition; null without partitions.</param>
/// <param name="Partitions">By topic and partition.</param>
public sealed record GroupLag(
    GroupStatus Status, float Complete, long TotalLag, PartitionLag? MaxLag, IReadOnlyList<PartitionLag> Partitions)
{
    /// <summary>A group that is not known.</summary>
    public static GroupLag NotFound { get; } = new(GroupStatus.NotFound, 1, 0, null, []);
}
