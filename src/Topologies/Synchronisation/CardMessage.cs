namespace MedStreams.Topologies.Synchronisation;

/// <summary>A value in the topic of cards: one of both is not null. As JSON it is that one, as it stands.</summary>
/// <param name="Card">A card.</param>
/// <param name="Marker">The end of a snapshot.</param>
public sealed record CardMessage(Card? Card = null, SnapshotMarker? Marker = null);
