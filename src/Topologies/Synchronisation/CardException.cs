using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>A record in the topic of cards that cannot be used. The text holds nothing of the card.</summary>
/// <param name="message">Why.</param>
public sealed class CardException(string message) : StreamsException(message);
