using System.Collections.Immutable;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// What messages said of an appointment, joined so that their order does not matter: the newest beginning counts, references add up.
/// </summary>
/// <param name="Version">The newest message.</param>
/// <param name="Start">When it begins, in epoch milliseconds; null where no message says.</param>
/// <param name="StartVersion">The newest message that says when.</param>
/// <param name="References">What associations may name.</param>
public sealed record Schedule(EventVersion Version, long? Start, EventVersion? StartVersion, ImmutableArray<string> References)
{
    /// <summary>What one message says.</summary>
    public static Schedule Of(ReservationEvent said) =>
        new(said.Source.Version, said.Start, said.Start is null ? null : said.Source.Version, said.References);

    /// <summary>What both say together.</summary>
    public static Schedule? Join(Schedule? one, Schedule? other)
    {
        if (one is null || other is null)
            return one ?? other;
        var start = EventVersion.IsNewer(other.StartVersion, one.StartVersion) ? other : one;
        return new(
            EventVersion.Newest(one.Version, other.Version)!,
            start.Start,
            start.StartVersion,
            SortedUnion(one.References, other.References));
    }

    /// <summary>Until when it can be associated, in epoch milliseconds.</summary>
    public long Deadline(ReservationsOptions options) => Start is { } start
        ? start + (long)options.ExpiresAfter.TotalMilliseconds
        : Version.Time + (long)options.OpenEndedExpiresAfter.TotalMilliseconds;

    internal static ImmutableArray<string> SortedUnion(ImmutableArray<string> one, ImmutableArray<string> other) =>
        other.All(one.Contains) ? one : [.. one.Union(other).Order(StringComparer.Ordinal)];
}
