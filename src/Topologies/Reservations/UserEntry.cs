using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// What is known of a user: an entry of the temporary cache (S4.4), <c>reservation-cache</c>, by the user's number. All of it is joined
/// from messages so that their order does not matter. Immutable.
/// </summary>
public sealed record UserEntry
{
    /// <summary>Nothing is known.</summary>
    public static UserEntry Empty { get; } = new();

    /// <summary>The number that this one handed over to when they were merged; null where it did not. Then nothing else is here.</summary>
    public string? MergedInto { get; init; }

    /// <summary>The user's reservations by number.</summary>
    public ImmutableDictionary<string, KnownReservation> Reservations { get; init; } = ImmutableDictionary<string, KnownReservation>.Empty;

    /// <summary>The user's associations by id: those that are linked, those that wait, and those that ended not long ago.</summary>
    public ImmutableDictionary<string, KnownAssociation> Associations { get; init; } = ImmutableDictionary<string, KnownAssociation>.Empty;

    /// <summary>Which numbers are this user's.</summary>
    public ImmutableArray<Merge> Merges { get; init; } = [];

    /// <summary>When something of it becomes due, in epoch milliseconds; 0 for never.</summary>
    public long Due { get; init; }

    /// <summary>Whether nothing is worth keeping.</summary>
    [JsonIgnore]
    public bool IsEmpty => MergedInto is null && Reservations.IsEmpty && Associations.IsEmpty && Merges.IsEmpty;
}

/// <summary>What the user's side knows of a reservation.</summary>
/// <param name="Schedule">What its messages say; null where only its cancellation came so far.</param>
/// <param name="Cancelled">The oldest message that cancelled it.</param>
/// <param name="Released">The message by which it is another user's.</param>
/// <param name="Seen">When a message came last, in epoch milliseconds of the engine's clock.</param>
public sealed record KnownReservation(Schedule? Schedule, EventVersion? Cancelled, EventVersion? Released, long Seen)
{
    /// <summary>Whether it is this user's.</summary>
    [JsonIgnore]
    public bool IsOwn => Schedule is not null && !EventVersion.IsNewer(Released, Schedule.Version);

    internal static KnownReservation Join(KnownReservation one, KnownReservation other) => new(
        Schedule.Join(one.Schedule, other.Schedule),
        EventVersion.Oldest(one.Cancelled, other.Cancelled),
        EventVersion.Newest(one.Released, other.Released),
        Math.Max(one.Seen, other.Seen));
}

/// <summary>What is known of an association.</summary>
public sealed record KnownAssociation
{
    /// <summary>The oldest message that makes it: when the user was there.</summary>
    public EventVersion? FirstMade { get; init; }

    /// <summary>The newest message that makes it.</summary>
    public EventVersion? LastMade { get; init; }

    /// <summary>The newest message that cancels it.</summary>
    public EventVersion? LastCancelled { get; init; }

    /// <summary>The newest message that says where.</summary>
    public EventVersion? PlaceVersion { get; init; }

    /// <summary>Where.</summary>
    public string? Place { get; init; }

    /// <summary>What a reservation may name, too.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>The message that it came by first here; for reports.</summary>
    public required EventSource Source { get; init; }

    /// <summary>The reservation that it is linked to; null while it waits, or when it has ended.</summary>
    public string? Number { get; init; }

    /// <summary>The place that the reservation was told.</summary>
    public string? LinkedPlace { get; init; }

    /// <summary>While it waits: until when, in epoch milliseconds of the engine's clock. When it has ended: since when.</summary>
    public long Until { get; init; }

    /// <summary>Whether its time limit has passed and it was reported: it waits no more.</summary>
    public bool Reported { get; init; }

    /// <summary>Whether it holds: made, and not cancelled since.</summary>
    [JsonIgnore]
    public bool IsActive => LastMade is not null && !EventVersion.IsNewer(LastCancelled, LastMade);

    /// <summary>Whether it waits for something: a reservation, or, where only its cancellation came, itself.</summary>
    [JsonIgnore]
    public bool IsParked => Number is null && !Reported && (IsActive || LastMade is null);

    internal static KnownAssociation Join(KnownAssociation one, KnownAssociation other)
    {
        var placed = EventVersion.IsNewer(other.PlaceVersion, one.PlaceVersion) ? other : one;
        return one with
        {
            FirstMade = EventVersion.Oldest(one.FirstMade, other.FirstMade),
            LastMade = EventVersion.Newest(one.LastMade, other.LastMade),
            LastCancelled = EventVersion.Newest(one.LastCancelled, other.LastCancelled),
            PlaceVersion = placed.PlaceVersion,
            Place = placed.Place,
            References = Schedule.SortedUnion(one.References, other.References),
            Number = one.Number ?? other.Number,
            LinkedPlace = one.Number is null ? other.LinkedPlace : one.LinkedPlace,
            Until = Math.Max(one.Until, other.Until),
            Reported = one.Reported && other.Reported,
        };
    }
}
