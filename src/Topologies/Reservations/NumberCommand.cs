using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Reservations;

/// <summary>Something about a reservation, in the topic by number: what the user's side asks its partition to do.</summary>
/// <param name="Owner">The number under which the user's side keeps the user.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(ScheduleCommand), "schedule")]
[JsonDerivedType(typeof(AssociateCommand), "associate")]
[JsonDerivedType(typeof(DissociateCommand), "dissociate")]
[JsonDerivedType(typeof(OwnerCommand), "owner")]
public abstract record NumberCommand(string Owner);

/// <summary>A scheduling message came.</summary>
/// <param name="Owner">The number under which the user's side keeps the user.</param>
/// <param name="User">The user's surviving number.</param>
/// <param name="Event">The message.</param>
public sealed record ScheduleCommand(string Owner, string User, ReservationEvent Event) : NumberCommand(Owner);

/// <summary>An association belongs to this reservation.</summary>
/// <param name="Owner">The number under which the user's side keeps the user.</param>
/// <param name="Link">The association.</param>
public sealed record AssociateCommand(string Owner, Link Link) : NumberCommand(Owner);

/// <summary>An association does not belong to this reservation any more.</summary>
/// <param name="Owner">The number under which the user's side keeps the user.</param>
/// <param name="Id">The association.</param>
/// <param name="Reason">Whether it was cancelled, or moved to another reservation.</param>
/// <param name="Source">The message by which.</param>
public sealed record DissociateCommand(string Owner, string Id, string Reason, EventSource? Source) : NumberCommand(Owner);

/// <summary>The user was merged.</summary>
/// <param name="Owner">The number under which the user's side keeps the user from now on.</param>
/// <param name="Previous">The number before.</param>
/// <param name="User">The user's surviving number.</param>
public sealed record OwnerCommand(string Owner, string Previous, string User) : NumberCommand(Owner);

/// <summary>An association as the reservation knows it.</summary>
/// <param name="Id">The visit's or the order's number.</param>
/// <param name="Time">When the user was there, in epoch milliseconds.</param>
/// <param name="Place">Where; null where no message says.</param>
/// <param name="Source">The message.</param>
public sealed record Link(string Id, long Time, string? Place, EventSource Source);

/// <summary>What its partition knows of a reservation, in the store <c>reservation-records</c>. Immutable.</summary>
public sealed record NumberRecord
{
    /// <summary>Nothing is known.</summary>
    public static NumberRecord Empty { get; } = new();

    /// <summary>The state.</summary>
    public ReservationStatus Status { get; init; }

    /// <summary>The number under which the user's side keeps the user; null before the first message.</summary>
    public string? Owner { get; init; }

    /// <summary>The user's surviving number.</summary>
    public string User { get; init; } = string.Empty;

    /// <summary>What scheduling messages say; null where only a cancellation or a no-show came so far.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>The oldest message that cancelled it.</summary>
    public EventVersion? Cancelled { get; init; }

    /// <summary>What that message was.</summary>
    public ReservationAction? CancelledBy { get; init; }

    /// <summary>The newest message that said that the user did not come.</summary>
    public EventVersion? NoShow { get; init; }

    /// <summary>The associations by id.</summary>
    public ImmutableDictionary<string, Link> Links { get; init; } = ImmutableDictionary<string, Link>.Empty;

    /// <summary>Digests of the messages that came last, so that repetitions are known.</summary>
    public ImmutableArray<string> Digests { get; init; } = [];

    /// <summary>When a message came last, in epoch milliseconds of the engine's clock.</summary>
    public long Seen { get; init; }

    /// <summary>When something of it becomes due, in epoch milliseconds; 0 for never.</summary>
    public long Due { get; init; }
}
