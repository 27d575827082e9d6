namespace MedStreams.Topologies.Reservations;

/// <summary>
/// A reservation's state machine (S4.3, S4.5) as a pure function: what is known of the number, a command and the time in; what is known
/// then, moves, refusals and what the user's side must know, out. The state follows from what is known, which is joined so that the
/// order of messages does not matter; the table of moves says which steps there are.
/// </summary>
public sealed class ReservationMachine
{
    private const int RememberedMessages = 64;

    private readonly ReservationsOptions _options;
    private readonly string _number;
    private readonly long _now;
    private readonly List<ReservationTransition> _transitions = [];
    private readonly List<(string User, Rejection Rejection)> _rejections = [];
    private readonly List<(string User, UserEvent Event)> _feedback = [];
    private string _owner = string.Empty;

    /// <summary>The machine of a reservation.</summary>
    /// <param name="options">Time limits.</param>
    /// <param name="number">The reservation number.</param>
    /// <param name="record">What is known.</param>
    /// <param name="now">The engine's clock, in epoch milliseconds.</param>
    public ReservationMachine(ReservationsOptions options, string number, NumberRecord record, long now) =>
        (_options, _number, Record, _now) = (options, number, record, now);

    /// <summary>What is known now.</summary>
    public NumberRecord Record { get; private set; }

    /// <summary>The moves, in their order.</summary>
    public IReadOnlyList<ReservationTransition> Transitions => _transitions;

    /// <summary>Messages without effect, by user.</summary>
    public IReadOnlyList<(string User, Rejection Rejection)> Rejections => _rejections;

    /// <summary>What the user's side must know, by user.</summary>
    public IReadOnlyList<(string User, UserEvent Event)> Feedback => _feedback;

    /// <summary>When everything of it can be forgotten, in epoch milliseconds.</summary>
    public long ForgetAt =>
        Math.Max(Record.Seen, Record.Schedule?.Deadline(_options) ?? 0) + (long)_options.Retention.TotalMilliseconds;

    /// <summary>What is told to others.</summary>
    public ReservationState State()
    {
        var links = Record.Links.Values.OrderBy(l => l.Id, StringComparer.Ordinal).ToList();
        var reason = Record.Status switch
        {
            ReservationStatus.Cancelled => Record.CancelledBy switch
            {
                ReservationAction.Discontinue => "discontinue",
                ReservationAction.Delete => "delete",
                _ => "cancel",
            },
            ReservationStatus.Expired => MissedByMessage() ? "no-show" : "expired",
            _ => null,
        };
        return new(
            _number, Record.User, Record.Status, reason, Record.Schedule?.Start,
            [.. links.Select(l => l.Id)], [.. links.Select(l => l.Place).OfType<string>()]);
    }

    /// <summary>Lets time pass: a reservation that nobody came to expires.</summary>
    public void Look()
    {
        Move(ReservationTrigger.Time, "time", null, null);
        Record = Record with { Due = NextDue() };
    }

    /// <summary>Takes a command.</summary>
    /// <exception cref="InvalidOperationException">The table of moves does not know a move: a fault of the machine's.</exception>
    public void Take(NumberCommand command)
    {
        _owner = command.Owner;
        Move(ReservationTrigger.Time, "time", null, null);
        switch (command)
        {
            case ScheduleCommand schedule:
                Take(schedule);
                break;
            case AssociateCommand associate:
                Take(associate);
                break;
            case DissociateCommand dissociate:
                Take(dissociate);
                break;
            case OwnerCommand owner:
                Take(owner);
                break;
            default:
                throw new ArgumentException($"A reservation does not take a {command.GetType().Name}.", nameof(command));
        }

        Record = Record with { Due = NextDue() };
    }

    private void Take(ScheduleCommand command)
    {
        var source = command.Event.Source;
        if (Record.Digests.Contains(source.Version.Digest))
            return; // the same message again
        Record = Record with
        {
            Digests = [.. Record.Digests.Skip(Math.Max(0, Record.Digests.Length - RememberedMessages + 1)), source.Version.Digest],
            Seen = _now,
            User = Record.Owner is null ? command.User : Record.User,
            Owner = Record.Owner ?? command.Owner,
        };
        switch (command.Event.Action)
        {
            case ReservationAction.NoShow:
                MissBy(command);
                break;
            case ReservationAction.Cancel or ReservationAction.Discontinue or ReservationAction.Delete:
                CancelBy(command);
                break;
            default:
                ScheduleBy(command);
                break;
        }
    }

    private void ScheduleBy(ScheduleCommand command)
    {
        var source = command.Event.Source;
        var isNewer = EventVersion.IsNewer(source.Version, Record.Schedule?.Version);
        var before = Record.Schedule;
        var isOthers = Record.Owner != command.Owner;
        if (isNewer)
            Own(command, source.Version);
        else if (isOthers)
            _feedback.Add((command.Owner, new ReleaseEvent(_number, before!.Version)));
        Record = Record with { Schedule = Schedule.Join(before, Schedule.Of(command.Event)) };
        if (isOthers)
            TellOwner();
        if (!isNewer && Record.Status != ReservationStatus.Cancelled)
            Reject(RejectionReason.Superseded, source, null);
        Move(ReservationTrigger.Schedule, source.Cause, null, source, notable: isNewer);
    }

    private void Own(ScheduleCommand command, EventVersion version)
    {
        if (Record.Owner == command.Owner)
        {
            Record = Record with { User = command.User };
            return;
        }

        _feedback.Add((Record.Owner!, new ReleaseEvent(_number, version)));
        Record = Record with { Owner = command.Owner, User = command.User, Links = Record.Links.Clear() };
    }

    private void TellOwner() => _feedback.Add((Record.Owner!, new KnownEvent(_number, Record.Schedule, Record.Cancelled)));

    private void CancelBy(ScheduleCommand command)
    {
        var source = command.Event.Source;
        if (EventVersion.Oldest(Record.Cancelled, source.Version) == source.Version)
            Record = Record with { Cancelled = source.Version, CancelledBy = command.Event.Action };
        if (Record.Owner != command.Owner)
            TellOwner();
        Move(ReservationTrigger.Cancel, source.Cause, null, source);
    }

    private void MissBy(ScheduleCommand command)
    {
        var source = command.Event.Source;
        Record = Record with { NoShow = EventVersion.Newest(Record.NoShow, source.Version) };
        if (Record.Status == ReservationStatus.Reserved && !MissedByMessage())
            Reject(RejectionReason.Superseded, source, null);
        Move(ReservationTrigger.NoShow, source.Cause, null, source);
    }

    private void Take(AssociateCommand command)
    {
        var link = command.Link;
        if (Record.Owner is not null && Record.Owner != command.Owner)
            return; // the user's side was told, or will be, that the reservation is another user's
        if (Record.Links.TryGetValue(link.Id, out var known) && known.Time == link.Time && known.Place == link.Place)
            return;
        if (TooLate(link) is var reason and not RejectionReason.None)
        {
            Reject(reason, link.Source, link.Id);
            return;
        }

        if (ReservationMoves.Refusal(Record.Status, ReservationTrigger.Associate) == RejectionReason.None)
            Record = Record with { Links = Record.Links.SetItem(link.Id, link) };
        Move(ReservationTrigger.Associate, link.Source.Cause, link.Id, link.Source, notable: true);
    }

    /// <summary>What ended before the user was there is not associated; news of an association that is older than the end may be late.</summary>
    private RejectionReason TooLate(Link link) => Record.Status switch
    {
        ReservationStatus.Cancelled when link.Time >= Record.Cancelled!.Time => RejectionReason.Cancelled,
        ReservationStatus.Expired when link.Time > Record.Schedule?.Deadline(_options) => RejectionReason.Expired,
        _ => RejectionReason.None,
    };

    private void Take(DissociateCommand command)
    {
        if (Record.Owner != command.Owner || !Record.Links.ContainsKey(command.Id))
            return;
        Record = Record with { Links = Record.Links.Remove(command.Id) };
        var cause = command.Reason == "re-link" ? command.Reason : command.Source?.Cause ?? command.Reason;
        Move(ReservationTrigger.Dissociate, cause, command.Id, command.Source, notable: true);
    }

    private void Take(OwnerCommand command)
    {
        if (Record.Owner is null || (Record.Owner != command.Previous && Record.Owner != command.Owner))
            return;
        var isOther = Record.User != command.User;
        Record = Record with { Owner = command.Owner, User = command.User };
        Move(ReservationTrigger.Owner, "merge", null, null, notable: isOther);
    }

    private void Move(ReservationTrigger by, string cause, string? association, EventSource? source, bool notable = false)
    {
        var from = Record.Status;
        var to = Derived();
        if (!ReservationMoves.IsLegal(from, by, to))
            throw new InvalidOperationException($"A reservation does not go from {from} to {to} by {by}.");
        if (ReservationMoves.Refusal(from, by) is var refusal and not RejectionReason.None && source is not null)
            Reject(IsOutdated(by, source) ? RejectionReason.Superseded : refusal, source, association);
        else if (from != to || notable)
            _transitions.Add(new(_number, Record.User, from, to, cause, association, source?.Origin));
        Record = Record with { Status = to };
    }

    private bool IsOutdated(ReservationTrigger by, EventSource source) =>
        by == ReservationTrigger.Schedule && EventVersion.IsNewer(Record.Cancelled, source.Version);

    private ReservationStatus Derived()
    {
        if (Record.Cancelled is not null)
            return ReservationStatus.Cancelled;
        if (!Record.Links.IsEmpty)
            return ReservationStatus.Associated;
        if (Record.Schedule is null)
            return Record.NoShow is null ? ReservationStatus.None : ReservationStatus.Expired;
        return MissedByMessage() || _now >= Record.Schedule.Deadline(_options) ? ReservationStatus.Expired : ReservationStatus.Reserved;
    }

    /// <summary>Whether a no-show counts: it is newer than the newest schedule, which would have given the user another chance.</summary>
    private bool MissedByMessage() => Record.NoShow is not null && EventVersion.IsNewer(Record.NoShow, Record.Schedule?.Version);

    private void Reject(RejectionReason reason, EventSource source, string? association) => _rejections.Add(
        (Record.Owner is null ? _owner : Record.User, new(reason, source.Cause, _number, association, source.Version.ControlId, source.Version.Time, source.Origin)));

    private long NextDue() => Math.Max(
        1, Record.Status == ReservationStatus.Reserved ? Math.Min(Record.Schedule!.Deadline(_options), ForgetAt) : ForgetAt);
}
