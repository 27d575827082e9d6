using System.Collections.Immutable;

namespace MedStreams.Topologies.Reservations;

/// <summary>What a desk has to say to others.</summary>
/// <param name="Key">The user's or reservation's number; for a rejection the user's.</param>
/// <param name="Event">To the desk of that user; or null.</param>
/// <param name="Command">To the machine of that reservation; or null.</param>
/// <param name="Rejection">To whoever looks after messages without effect; or null.</param>
public sealed record DeskOutput(string Key, UserEvent? Event, NumberCommand? Command, Rejection? Rejection);

/// <summary>
/// The rules of the user's side as a pure function: what is known of a user, an event and the time in; what is known then, and what is
/// to be said, out. Everything known is joined so that the order of messages does not matter, and which reservation an association
/// belongs to is a function of what is known: so it moves when a better one comes (re-link), and waits while there is none (S4.6).
/// </summary>
public sealed class UserDesk
{
    private readonly ReservationsOptions _options;
    private readonly string _user;
    private readonly long _now;
    private readonly List<DeskOutput> _outputs = [];

    /// <summary>The desk of a user.</summary>
    /// <param name="options">Time limits.</param>
    /// <param name="user">The user's number.</param>
    /// <param name="entry">What is known.</param>
    /// <param name="now">The engine's clock, in epoch milliseconds.</param>
    public UserDesk(ReservationsOptions options, string user, UserEntry entry, long now) =>
        (_options, _user, Entry, _now) = (options, user, entry, now);

    /// <summary>What is known now.</summary>
    public UserEntry Entry { get; private set; }

    /// <summary>What is to be said, in this order.</summary>
    public IReadOnlyList<DeskOutput> Outputs => _outputs;

    private string Survivor => Survivors.Of(_user, Entry.Merges);

    /// <summary>Takes an event.</summary>
    public void Take(UserEvent said)
    {
        if (said is MergeEvent merge)
            TakeMerge(merge);
        else if (Entry.MergedInto is { } other)
            Tell(other, said);
        else
            TakeOwn(said);
        Entry = Entry with { Due = NextDue() };
    }

    /// <summary>Reports associations whose time limit has passed, and forgets what ended long ago.</summary>
    public void Look()
    {
        foreach (var (id, association) in Ordered(Entry.Associations))
        {
            if (association.IsParked && association.Until <= _now)
                Report(id, association);
        }

        foreach (var (number, _) in Ordered(Entry.Reservations).Where(r => ForgetAt(r.Value) <= _now))
        {
            Entry = Entry with
            {
                Reservations = Entry.Reservations.Remove(number),
                Associations = Entry.Associations.RemoveRange(Entry.Associations.Where(a => a.Value.Number == number).Select(a => a.Key)),
            };
        }

        Entry = Entry with
        {
            Associations = Entry.Associations.RemoveRange(
                Entry.Associations.Where(a => a.Value is { Number: null, IsParked: false } && ForgetAt(a.Value) <= _now).Select(a => a.Key)),
        };
        Entry = Entry with { Due = NextDue() };
    }

    private static IEnumerable<KeyValuePair<string, T>> Ordered<T>(ImmutableDictionary<string, T> entries) =>
        entries.OrderBy(e => e.Key, StringComparer.Ordinal);

    private void TakeOwn(UserEvent said)
    {
        switch (said)
        {
            case ReservationEvent reservation:
                Know(reservation.Number, Said(reservation));
                Order(reservation.Number, new ScheduleCommand(_user, Survivor, reservation));
                Settle(reservation.Source);
                break;
            case AssociationEvent association:
                Know(association.Id, Said(association));
                Settle(association.Source);
                break;
            case ReleaseEvent release:
                Know(release.Number, new KnownReservation(null, null, release.Version, _now));
                Settle(null);
                break;
            case KnownEvent known:
                Know(known.Number, new KnownReservation(known.Schedule, known.Cancelled, null, _now));
                Settle(null);
                TellLinks(known.Number);
                break;
            case AdoptEvent adopted:
                Adopt(adopted);
                break;
            default:
                throw new ArgumentException($"A desk does not take a {said.GetType().Name}.", nameof(said));
        }
    }

    private KnownReservation Said(ReservationEvent said) => said.Action switch
    {
        ReservationAction.Reserve or ReservationAction.Reschedule or ReservationAction.Modify =>
            new(Schedule.Of(said), null, null, _now),
        ReservationAction.NoShow => new(null, null, null, _now),
        _ => new(null, said.Source.Version, null, _now),
    };

    private static KnownAssociation Said(AssociationEvent said)
    {
        var version = said.Source.Version;
        var made = said.Action == AssociationAction.Make ? version : null;
        return new()
        {
            FirstMade = made,
            LastMade = made,
            LastCancelled = said.Action == AssociationAction.Cancel ? version : null,
            PlaceVersion = said.Place is null ? null : version,
            Place = said.Place,
            References = said.References,
            Source = said.Source,
        };
    }

    private void Know(string number, KnownReservation said) => Entry = Entry with
    {
        Reservations = Entry.Reservations.SetItem(
            number, Entry.Reservations.TryGetValue(number, out var known) ? KnownReservation.Join(known, said) : said),
    };

    private void Know(string id, KnownAssociation said)
    {
        var isNew = !Entry.Associations.TryGetValue(id, out var known);
        var joined = isNew ? said with { Until = Limit() } : KnownAssociation.Join(known!, said) with { Reported = known!.Reported };
        if (!isNew && !known!.IsActive && joined.IsActive && EventVersion.IsNewer(joined.LastMade, known.LastMade))
            joined = joined with { Until = Limit(), Reported = false }; // made (again): it may wait from now on
        Entry = Entry with { Associations = Entry.Associations.SetItem(id, joined) };
    }

    /// <summary>
    /// Of two numbers the larger hands over to the smaller, whichever survives: so chains of numbers that handed over always end, also
    /// where merges contradict each other or come in another order, and nobody has to ask anybody.
    /// </summary>
    private void TakeMerge(MergeEvent merge)
    {
        if (Entry.MergedInto is { } into)
        {
            var (larger, smaller) = string.CompareOrdinal(into, merge.Other) >= 0 ? (into, merge.Other) : (merge.Other, into);
            Tell(larger, merge with { Other = smaller });
        }
        else if (merge.Other == _user)
        {
            var before = Survivor;
            Entry = Entry with { Merges = Survivors.Join(Entry.Merges, [merge.Merge]) };
            if (Survivor != before)
                TellOwner(_ => _user);
        }
        else
        {
            var known = Entry with { Merges = Survivors.Join(Entry.Merges, [merge.Merge]), Due = 0 };
            Entry = UserEntry.Empty with { MergedInto = merge.Other };
            Tell(merge.Other, new AdoptEvent(_user, known));
        }
    }

    private void Adopt(AdoptEvent adopted)
    {
        var known = adopted.Known;
        var own = Entry.Reservations;
        Entry = Entry with { Merges = Survivors.Join(Entry.Merges, known.Merges) };
        foreach (var (number, reservation) in known.Reservations)
            Know(number, reservation);
        TellOwner(number => known.Reservations.ContainsKey(number) ? adopted.From : _user);
        foreach (var (id, association) in Ordered(known.Associations))
        {
            if (Entry.Associations.TryGetValue(id, out var ours)
                && ours.Number is { } number && association.Number is { } theirs && number != theirs)
                Order(theirs, new DissociateCommand(_user, id, "re-link", association.Source));
            Entry = Entry with
            {
                Associations = Entry.Associations.SetItem(id, ours is null ? association : KnownAssociation.Join(ours, association)),
            };
        }

        Settle(null);
        foreach (var (number, _) in Ordered(Entry.Reservations))
            TellLinks(number);
    }

    private void TellOwner(Func<string, string> previous)
    {
        foreach (var (number, _) in Ordered(Entry.Reservations))
            Order(number, new OwnerCommand(_user, previous(number), Survivor));
    }

    /// <summary>Links every association to the reservation that it belongs to now.</summary>
    private void Settle(EventSource? source)
    {
        foreach (var (id, association) in Ordered(Entry.Associations))
        {
            var number = association.IsActive && !association.Reported
                ? AssociationMatch.Find(association, Entry.Reservations, _options)
                : null;
            if (number == association.Number && (number is null || association.Place == association.LinkedPlace))
                continue;
            if (association.Number is { } before && before != number)
                Order(before, new DissociateCommand(_user, id, number is null ? "withdrawn" : "re-link", source));
            if (number is not null)
                Order(number, new AssociateCommand(_user, LinkOf(id, association, source)));
            var until = number is not null ? 0 : association.IsActive ? Limit() : _now;
            Entry = Entry with
            {
                Associations = Entry.Associations.SetItem(
                    id, association with { Number = number, LinkedPlace = number is null ? null : association.Place, Until = until }),
            };
        }
    }

    /// <summary>
    /// Says again what is linked to a reservation: it may have been another user's in between, unnoticed here, and have forgotten its links.
    /// </summary>
    private void TellLinks(string number)
    {
        foreach (var (id, association) in Ordered(Entry.Associations).Where(a => a.Value.Number == number))
            Order(number, new AssociateCommand(_user, LinkOf(id, association, null)));
    }

    private static Link LinkOf(string id, KnownAssociation association, EventSource? source) => new(
        id, association.FirstMade!.Time, association.Place, association.LinkedPlace is null ? association.Source : source ?? association.Source);

    private void Report(string id, KnownAssociation association)
    {
        Entry = Entry with { Associations = Entry.Associations.SetItem(id, association with { Reported = true }) };
        RejectionReason? reason = association.IsActive ? AssociationMatch.WhyNone(association, Entry.Reservations, _options)
            : association.LastCancelled is not null ? RejectionReason.NothingToCancel
            : null; // an update of something that never came: nobody misses it
        if (reason is not { } why)
            return;
        var source = association.Source;
        _outputs.Add(new(Survivor, null, null, new(
            why, source.Cause, null, id, source.Version.ControlId, source.Version.Time, source.Origin)));
    }

    private long Limit() => _now + (long)_options.ParkingLimit.TotalMilliseconds;

    private long ForgetAt(KnownReservation reservation) =>
        Math.Max(reservation.Seen, reservation.Schedule?.Deadline(_options) ?? 0) + (long)_options.Retention.TotalMilliseconds;

    private long ForgetAt(KnownAssociation association) => association.Until + (long)_options.Retention.TotalMilliseconds;

    private long NextDue()
    {
        var due = long.MaxValue;
        foreach (var reservation in Entry.Reservations.Values)
            due = Math.Min(due, ForgetAt(reservation));
        foreach (var association in Entry.Associations.Values.Where(a => a.Number is null))
            due = Math.Min(due, association.IsParked ? association.Until : ForgetAt(association));
        return due == long.MaxValue ? 0 : Math.Max(due, 1);
    }

    private void Tell(string user, UserEvent said) => _outputs.Add(new(user, said, null, null));

    private void Order(string number, NumberCommand command) => _outputs.Add(new(number, null, command, null));
}
