using System.Collections.Immutable;

namespace MedStreams.Topologies.Reservations;

/// <summary>The states of a reservation (S4.5).</summary>
public enum ReservationStatus
{
    /// <summary>No message came yet.</summary>
    None,

    /// <summary>The user has a slot.</summary>
    Reserved,

    /// <summary>The user is there: checked in, or bound to an order.</summary>
    Associated,

    /// <summary>It was cancelled, discontinued or deleted. Final.</summary>
    Cancelled,

    /// <summary>The user did not come.</summary>
    Expired,
}

/// <summary>A reservation, in the topic of states and in the table, by its number.</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="User">The user's surviving number.</param>
/// <param name="Status">The state.</param>
/// <param name="Reason">Why it ended: <c>cancel</c>, <c>discontinue</c>, <c>delete</c>, <c>no-show</c> or <c>expired</c>; else null.</param>
/// <param name="Start">When it begins, in epoch milliseconds; null where no message says.</param>
/// <param name="Associations">The associations' ids, in the order of their characters.</param>
/// <param name="Places">Places and devices of the associations, in the same order, those left out that name none.</param>
public sealed record ReservationState(
    string Number,
    string User,
    ReservationStatus Status,
    string? Reason,
    long? Start,
    ImmutableArray<string> Associations,
    ImmutableArray<string> Places)
{
    /// <summary>Whether both say the same.</summary>
    public bool Same(ReservationState? other) =>
        other is not null && Number == other.Number && User == other.User && Status == other.Status && Reason == other.Reason
        && Start == other.Start && Associations.SequenceEqual(other.Associations) && Places.SequenceEqual(other.Places);
}

/// <summary>A move of a reservation, in the topic of transitions, by its number. A move to the same state changed something else.</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="User">The user's surviving number.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Cause">The kind of message that moved it, such as <c>SIU^S12</c>; <c>time</c>, <c>merge</c>, or <c>re-link</c>.</param>
/// <param name="Association">The association by which it moved; null where it was none.</param>
/// <param name="Origin">Where the message is; null where it was none.</param>
public sealed record ReservationTransition(
    string Number, string User, ReservationStatus From, ReservationStatus To, string Cause, string? Association, string? Origin);

/// <summary>Why a message had no effect.</summary>
public enum RejectionReason
{
    /// <summary>None: it had one.</summary>
    None,

    /// <summary>The bytes are no HL7 v2 message.</summary>
    Unreadable,

    /// <summary>The message names no user (PID-3).</summary>
    NoUser,

    /// <summary>The scheduling message has no number (SCH-1, SCH-2).</summary>
    NoNumber,

    /// <summary>The merge does not say what is merged (MRG-1).</summary>
    NoPriorNumber,

    /// <summary>A later message about the same reservation came before.</summary>
    Superseded,

    /// <summary>The reservation was cancelled, which is final: a new appointment needs a new number.</summary>
    Cancelled,

    /// <summary>The user is there, so nobody has missed the appointment.</summary>
    Associated,

    /// <summary>The association is later than the reservation could be associated.</summary>
    Expired,

    /// <summary>The number has no reservation.</summary>
    NotReserved,

    /// <summary>The association's time limit passed, and no reservation of the user has come.</summary>
    NoReservation,

    /// <summary>The same, and the reservation that it would belong to was cancelled.</summary>
    ReservationCancelled,

    /// <summary>The same, and the reservation that it would belong to had expired.</summary>
    ReservationExpired,

    /// <summary>What was cancelled has not come within the time limit.</summary>
    NothingToCancel,
}

/// <summary>A message that had no effect, in the topic of rejections by user.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Cause">The kind of message.</param>
/// <param name="Number">The reservation number; null where none is known.</param>
/// <param name="Association">The association; null where it was none.</param>
/// <param name="ControlId">MSH-10.</param>
/// <param name="Time">The message's time in epoch milliseconds.</param>
/// <param name="Origin">Where the message is: topic, partition and offset.</param>
public sealed record Rejection(
    RejectionReason Reason, string Cause, string? Number, string? Association, string ControlId, long Time, string Origin);
