namespace MedStreams.Sinks.Operators;

/// <summary>No request can be made of a card. The text names fields, never values.</summary>
internal sealed class UnfitCardException(string message) : Exception(message);
