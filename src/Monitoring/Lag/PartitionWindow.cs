namespace MedStreams.Monitoring.Lag;

/// <summary>A commit of a group for a partition.</summary>
/// <param name="Offset">The next offset to be read.</param>
/// <param name="Timestamp">When it was committed, in epoch milliseconds; of several close together, the first one's.</param>
/// <param name="Lag">Records between it and the end of the partition as known at that moment; null where that is not known.</param>
/// <param name="Order">The commit's place among all commits, such as its own offset in <c>__consumer_offsets</c>.</param>
/// <param name="ObservedTimestamp">When it was noted here, in epoch milliseconds of whole seconds.</param>
public sealed record CommitSample(long Offset, long Timestamp, long? Lag, long Order = 0, long ObservedTimestamp = 0);

/// <summary>What is known of a group and a partition over the last commits.</summary>
/// <param name="Commits">Oldest first, of the window's full length; null, only at the front, while it is not full. Empty where nothing is known.</param>
/// <param name="EndOffsets">Where the partition ended, oldest first; may be empty.</param>
/// <param name="CurrentLag">Records between the last commit and the last known end; 0 where the end is behind.</param>
/// <param name="Owner">The host of the member that reads the partition; empty where none does.</param>
/// <param name="ClientId">That member's client id; empty where there is none.</param>
public sealed record PartitionWindow(
    IReadOnlyList<CommitSample?> Commits,
    IReadOnlyList<long> EndOffsets,
    long CurrentLag,
    string Owner = "",
    string ClientId = "");
