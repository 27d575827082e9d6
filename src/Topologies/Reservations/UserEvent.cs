using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Reservations;

/// <summary>What a scheduling message says of a reservation (HL7 v2 chapter 10).</summary>
public enum ReservationAction
{
    /// <summary>SIU^S12: it is made.</summary>
    Reserve,

    /// <summary>SIU^S13: it is at another time.</summary>
    Reschedule,

    /// <summary>SIU^S14: something else of it changes.</summary>
    Modify,

    /// <summary>SIU^S15: it is cancelled.</summary>
    Cancel,

    /// <summary>SIU^S16: what is left of it is cancelled.</summary>
    Discontinue,

    /// <summary>SIU^S17: it was an error.</summary>
    Delete,

    /// <summary>SIU^S26: the user did not come.</summary>
    NoShow,
}

/// <summary>What a message says of an association.</summary>
public enum AssociationAction
{
    /// <summary>ADT^A01, A04, A05, ORM^O01, OMG^O19, OMI^O23: the user is there, or something is ordered.</summary>
    Make,

    /// <summary>ADT^A11, or ORC-1 of a cancelled order: that was nothing.</summary>
    Cancel,

    /// <summary>ADT^A08: what is known of it changes.</summary>
    Update,
}

/// <summary>Something about a user, in the topic by user under the user's number. What the first two stages say to each other.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ReservationEvent), "reservation")]
[JsonDerivedType(typeof(AssociationEvent), "association")]
[JsonDerivedType(typeof(MergeEvent), "merge")]
[JsonDerivedType(typeof(AdoptEvent), "adopt")]
[JsonDerivedType(typeof(ReleaseEvent), "release")]
[JsonDerivedType(typeof(KnownEvent), "known")]
public abstract record UserEvent;

/// <summary>Where an event comes from, for those who look for the message.</summary>
/// <param name="Cause">The kind of message: <c>SIU^S12</c>.</param>
/// <param name="Version">Which message.</param>
/// <param name="Origin">Where the message is: topic, partition and offset.</param>
public sealed record EventSource(string Cause, EventVersion Version, string Origin);

/// <summary>A scheduling message (S4.1: it has at least a user and a number).</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="Action">What it says.</param>
/// <param name="Start">When the appointment begins, in epoch milliseconds; null where it is not said.</param>
/// <param name="References">What an association may name: numbers of orders and of the visit, the appointment's other number.</param>
/// <param name="Source">The message.</param>
public sealed record ReservationEvent(
    string Number, ReservationAction Action, long? Start, ImmutableArray<string> References, EventSource Source) : UserEvent;

/// <summary>An admission or an order, which knows the user but no reservation number (S4.4).</summary>
/// <param name="Id">The visit's or the order's number: what a later message about the same has, too.</param>
/// <param name="Action">What it says.</param>
/// <param name="References">What a reservation may name, too.</param>
/// <param name="Place">The place or device that the user is bound to; null where it is not said.</param>
/// <param name="Source">The message.</param>
public sealed record AssociationEvent(
    string Id, AssociationAction Action, ImmutableArray<string> References, string? Place, EventSource Source) : UserEvent;

/// <summary>One number of a user is merged away.</summary>
/// <param name="Old">The number that goes.</param>
/// <param name="Survivor">The one that stays.</param>
/// <param name="Version">The message that says so.</param>
public sealed record Merge(string Old, string Survivor, EventVersion Version);

/// <summary>Two numbers are one user's (ADT^A40, A47). Its key is the larger of the two numbers, which hands over to the smaller.</summary>
/// <param name="Other">The smaller one.</param>
/// <param name="Merge">What was said.</param>
public sealed record MergeEvent(string Other, Merge Merge) : UserEvent;

/// <summary>All that was known of a number that was merged, handed over.</summary>
/// <param name="From">The number that hands over.</param>
/// <param name="Known">What it knew.</param>
public sealed record AdoptEvent(string From, UserEntry Known) : UserEvent;

/// <summary>A reservation number turned out to be another user's.</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="Version">The message by which it is.</param>
public sealed record ReleaseEvent(string Number, EventVersion Version) : UserEvent;

/// <summary>What was said of a reservation under another user's number, which this user's side has not seen.</summary>
/// <param name="Number">The reservation number.</param>
/// <param name="Schedule">What scheduling messages say; null where none came.</param>
/// <param name="Cancelled">The message that cancelled it; null where none did.</param>
public sealed record KnownEvent(string Number, Schedule? Schedule, EventVersion? Cancelled) : UserEvent;
