using System.Collections.Immutable;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// Which of a user's reservations an association belongs to: of those that were neither cancelled nor past when the user was there,
/// one that names the same order or visit, or whose number the association names; else the one whose beginning is nearest. Of equal ones
/// the smallest number, so that the answer depends on nothing but what is known.
/// </summary>
internal static class AssociationMatch
{
    /// <summary>The reservation's number; null where there is none.</summary>
    public static string? Find(
        KnownAssociation association, ImmutableDictionary<string, KnownReservation> reservations, ReservationsOptions options)
    {
        string? best = null;
        (bool Named, long Distance) bestRank = default;
        foreach (var (number, reservation) in reservations)
        {
            if (!reservation.IsOwn || WasCancelled(association, reservation) || !IsInTime(association, reservation.Schedule!, options))
                continue;
            var rank = (Names(association, number, reservation.Schedule!), Distance(association, reservation.Schedule!));
            if (best is null || IsBetter(rank, number, bestRank, best))
                (best, bestRank) = (number, rank);
        }

        return best;
    }

    /// <summary>Why there is none.</summary>
    public static RejectionReason WhyNone(
        KnownAssociation association, ImmutableDictionary<string, KnownReservation> reservations, ReservationsOptions options)
    {
        var own = reservations.Values.Where(r => r.IsOwn).ToList();
        if (own.Exists(r => WasCancelled(association, r) && IsInTime(association, r.Schedule!, options)))
            return RejectionReason.ReservationCancelled;
        return own.Count > 0 ? RejectionReason.ReservationExpired : RejectionReason.NoReservation;
    }

    private static bool WasCancelled(KnownAssociation association, KnownReservation reservation) =>
        reservation.Cancelled is { } cancelled && cancelled.Time <= association.FirstMade!.Time;

    private static bool IsInTime(KnownAssociation association, Schedule schedule, ReservationsOptions options) =>
        association.FirstMade!.Time <= schedule.Deadline(options);

    private static bool Names(KnownAssociation association, string number, Schedule schedule) =>
        association.References.Contains(number) || association.References.Any(r => schedule.References.Contains(r));

    private static long Distance(KnownAssociation association, Schedule schedule) =>
        Math.Abs((schedule.Start ?? schedule.Version.Time) - association.FirstMade!.Time);

    private static bool IsBetter((bool Named, long Distance) one, string number, (bool Named, long Distance) other, string otherNumber)
    {
        if (one.Named != other.Named)
            return one.Named;
        return one.Distance != other.Distance ? one.Distance < other.Distance : string.CompareOrdinal(number, otherNumber) < 0;
    }
}
