namespace MedStreams.Topologies.Reservations;

/// <summary>
/// Which of two messages about the same thing is the newer one, whatever order they come in: the one with the later time (MSH-7);
/// at equal times one that changes something after one that makes it; then the larger control id (the longer one, or by characters), as
/// senders count upwards; then the digest of the bytes, so that the order is the same everywhere. Equal: the same message again.
/// </summary>
/// <param name="Time">The message's time in epoch milliseconds.</param>
/// <param name="Rank">0 for a message that makes something, 1 for one that changes it.</param>
/// <param name="ControlId">MSH-10.</param>
/// <param name="Digest">The first 8 bytes of the message's SHA-256, in hexadecimal.</param>
public sealed record EventVersion(long Time, int Rank, string ControlId, string Digest)
{
    /// <summary>Whether the first one is newer; anything is newer than nothing.</summary>
    public static bool IsNewer(EventVersion? one, EventVersion? other) => Compare(one, other) > 0;

    /// <summary>The newer of two; null where both are.</summary>
    public static EventVersion? Newest(EventVersion? one, EventVersion? other) => IsNewer(other, one) ? other : one;

    /// <summary>The older of two that are not null; null where both are.</summary>
    public static EventVersion? Oldest(EventVersion? one, EventVersion? other) =>
        one is null || (other is not null && IsNewer(one, other)) ? other : one;

    /// <summary>Below 0 where the first one is older, above where it is newer; nothing is older than anything.</summary>
    public static int Compare(EventVersion? one, EventVersion? other)
    {
        if (one is null || other is null)
            return (one is null ? 0 : 1) - (other is null ? 0 : 1);
        var by = one.Time.CompareTo(other.Time);
        if (by == 0)
            by = one.Rank.CompareTo(other.Rank);
        if (by == 0)
            by = one.ControlId.Length.CompareTo(other.ControlId.Length);
        if (by == 0)
            by = string.CompareOrdinal(one.ControlId, other.ControlId);
        return by != 0 ? by : string.CompareOrdinal(one.Digest, other.Digest);
    }
}
