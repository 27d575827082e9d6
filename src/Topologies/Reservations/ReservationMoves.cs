namespace MedStreams.Topologies.Reservations;

/// <summary>What can move a reservation.</summary>
public enum ReservationTrigger
{
    /// <summary>It is made, moved or modified (S12, S13, S14).</summary>
    Schedule,

    /// <summary>It is cancelled, discontinued or deleted (S15, S16, S17).</summary>
    Cancel,

    /// <summary>The user did not come (S26).</summary>
    NoShow,

    /// <summary>The user is there.</summary>
    Associate,

    /// <summary>The association was cancelled, or moved to another reservation.</summary>
    Dissociate,

    /// <summary>The user was merged.</summary>
    Owner,

    /// <summary>Time passes.</summary>
    Time,
}

/// <summary>
/// The table of legal moves (S4.5): for each state and trigger either the states that may follow, or why the trigger is refused there.
/// A refused trigger leaves the state as it is; what its message says is remembered all the same, because it may turn out to be older
/// than what came before it.
/// </summary>
public static class ReservationMoves
{
    private static readonly Dictionary<(ReservationStatus From, ReservationTrigger By), Row> Table = new()
    {
        [(ReservationStatus.None, ReservationTrigger.Schedule)] = To(ReservationStatus.Reserved, ReservationStatus.Expired),
        [(ReservationStatus.None, ReservationTrigger.Cancel)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.None, ReservationTrigger.NoShow)] = To(ReservationStatus.Expired),
        [(ReservationStatus.None, ReservationTrigger.Associate)] = Refused(RejectionReason.NotReserved),
        [(ReservationStatus.None, ReservationTrigger.Dissociate)] = To(ReservationStatus.None),
        [(ReservationStatus.None, ReservationTrigger.Owner)] = To(ReservationStatus.None),
        [(ReservationStatus.None, ReservationTrigger.Time)] = To(ReservationStatus.None),

        [(ReservationStatus.Reserved, ReservationTrigger.Schedule)] = To(ReservationStatus.Reserved, ReservationStatus.Expired),
        [(ReservationStatus.Reserved, ReservationTrigger.Cancel)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Reserved, ReservationTrigger.NoShow)] = To(ReservationStatus.Expired, ReservationStatus.Reserved),
        [(ReservationStatus.Reserved, ReservationTrigger.Associate)] = To(ReservationStatus.Associated),
        [(ReservationStatus.Reserved, ReservationTrigger.Dissociate)] = To(ReservationStatus.Reserved),
        [(ReservationStatus.Reserved, ReservationTrigger.Owner)] = To(ReservationStatus.Reserved),
        [(ReservationStatus.Reserved, ReservationTrigger.Time)] = To(ReservationStatus.Reserved, ReservationStatus.Expired),

        // A schedule for another user takes the associations away.
        [(ReservationStatus.Associated, ReservationTrigger.Schedule)] =
            To(ReservationStatus.Associated, ReservationStatus.Reserved, ReservationStatus.Expired),
        [(ReservationStatus.Associated, ReservationTrigger.Cancel)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Associated, ReservationTrigger.NoShow)] = Refused(RejectionReason.Associated),
        [(ReservationStatus.Associated, ReservationTrigger.Associate)] = To(ReservationStatus.Associated),
        [(ReservationStatus.Associated, ReservationTrigger.Dissociate)] =
            To(ReservationStatus.Associated, ReservationStatus.Reserved, ReservationStatus.Expired),
        [(ReservationStatus.Associated, ReservationTrigger.Owner)] = To(ReservationStatus.Associated),
        [(ReservationStatus.Associated, ReservationTrigger.Time)] = To(ReservationStatus.Associated),

        [(ReservationStatus.Cancelled, ReservationTrigger.Schedule)] = Refused(RejectionReason.Cancelled),
        [(ReservationStatus.Cancelled, ReservationTrigger.Cancel)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Cancelled, ReservationTrigger.NoShow)] = Refused(RejectionReason.Cancelled),
        [(ReservationStatus.Cancelled, ReservationTrigger.Associate)] = To(ReservationStatus.Cancelled), // it was there before
        [(ReservationStatus.Cancelled, ReservationTrigger.Dissociate)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Cancelled, ReservationTrigger.Owner)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Cancelled, ReservationTrigger.Time)] = To(ReservationStatus.Cancelled),

        // Moved to a later time; or the user was there, and the message of it late.
        [(ReservationStatus.Expired, ReservationTrigger.Schedule)] = To(ReservationStatus.Expired, ReservationStatus.Reserved),
        [(ReservationStatus.Expired, ReservationTrigger.Cancel)] = To(ReservationStatus.Cancelled),
        [(ReservationStatus.Expired, ReservationTrigger.NoShow)] = To(ReservationStatus.Expired),
        [(ReservationStatus.Expired, ReservationTrigger.Associate)] = To(ReservationStatus.Associated),
        [(ReservationStatus.Expired, ReservationTrigger.Dissociate)] = To(ReservationStatus.Expired),
        [(ReservationStatus.Expired, ReservationTrigger.Owner)] = To(ReservationStatus.Expired),
        [(ReservationStatus.Expired, ReservationTrigger.Time)] = To(ReservationStatus.Expired),
    };

    /// <summary>Why a trigger is refused in a state; <see cref="RejectionReason.None"/> where it is not.</summary>
    public static RejectionReason Refusal(ReservationStatus from, ReservationTrigger by) => Table[(from, by)].Refusal;

    /// <summary>Whether a trigger may lead from one state to another.</summary>
    public static bool IsLegal(ReservationStatus from, ReservationTrigger by, ReservationStatus to) =>
        Table[(from, by)] is var row && (row.Refusal == RejectionReason.None ? row.Next.Contains(to) : from == to);

    private static Row To(params ReservationStatus[] next) => new(next, RejectionReason.None);

    private static Row Refused(RejectionReason reason) => new([], reason);

    private sealed record Row(ReservationStatus[] Next, RejectionReason Refusal);
}
