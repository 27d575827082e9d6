namespace MedStreams.Streams;

/// <summary>Whether an instance does its work, and why not.</summary>
/// <param name="State">Where the instance is in its life.</param>
/// <param name="IsLive">
/// False where only another start helps: an error has stopped the instance, or it has ended. Nothing outside the process has a part in it.
/// </param>
/// <param name="ActiveTasks">How many tasks take records here, or will.</param>
/// <param name="StandbyTasks">How many tasks it keeps warm for others.</param>
/// <param name="Standstills">All that keeps records from being taken; none: records are taken as they come.</param>
public sealed record StreamsHealth(
    KafkaStreamsState State, bool IsLive, int ActiveTasks, int StandbyTasks, IReadOnlyList<Standstill> Standstills)
{
    /// <summary>True where the instance has tasks, all of them are restored and take records, and nothing stands still.</summary>
    public bool IsReady => State == KafkaStreamsState.Running && ActiveTasks > 0 && Standstills.Count == 0;
}
