namespace MedStreams.Topologies.Synchronisation;

/// <summary>What a group's machine may know of the rest of the world.</summary>
/// <param name="Now">The time, in epoch milliseconds.</param>
/// <param name="IsAvailable">Whether the data that new tasks depend on is there (S2.6).</param>
/// <param name="Held">Why an operator is not called in this round; null where it is.</param>
/// <param name="HasPlace">Whether one more call of an operator may be on its way.</param>
internal sealed record RoundFacts(long Now, bool IsAvailable, Func<string, string?> Held, Func<string, bool> HasPlace);
