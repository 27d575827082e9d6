namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// Says that a source has written all cards that it had: what a new task depends on (S2.6). Written into <em>each</em> partition of the topic of cards, behind
/// the cards, under <see cref="CardKey.OfMarker"/>. A group's data is available once the markers of all partitions have come. Repeated when the source has
/// looked again and all changes are written; it may be repeated without a change.
/// </summary>
/// <param name="Source">The source's name.</param>
/// <param name="Snapshot">The number of the look, growing; a restarted source may use the time.</param>
/// <param name="Partitions">How many partitions the topic has: how many markers belong together.</param>
/// <param name="At">When the source had looked, in epoch milliseconds.</param>
public sealed record SnapshotMarker(string Source, long Snapshot, int Partitions, long At);
