using MedStreams.Topologies.Reservations;

namespace MedStreams.Topologies.Tests.Reservations;

/// <summary>
/// The rules once more, slowly: all messages are there at once, in no order, and the final state of each reservation is worked out from
/// them. No desk, no machine, no cache.
/// </summary>
internal sealed class ReservationModel(ReservationsOptions options, long now)
{
    private readonly Dictionary<string, (string User, UserEvent Event)> _said = [];

    /// <summary>Adds what a message says; a repetition adds nothing.</summary>
    public void Add(string user, UserEvent said) => _said[$"{user} {said.GetType().Name} {Detail(said)}"] = (user, said);

    /// <summary>The numbers that messages are about.</summary>
    public IEnumerable<string> Numbers() => All<ReservationEvent>().Select(r => r.Said.Number).Distinct().Order(StringComparer.Ordinal);

    /// <summary>A reservation's final state, as text.</summary>
    public string Final(string number)
    {
        var about = All<ReservationEvent>().Where(r => r.Said.Number == number).ToList();
        var schedules = Schedules(number);
        var cancel = Cancellation(number);
        var start = schedules.FindLast(s => s.Said.Start is not null).Said?.Start;
        var user = schedules.Count > 0 ? schedules[^1].User : about[0].User;
        var links = schedules.Count == 0 ? [] : Associations(user).Where(a => Belongs(a, user) == number).OrderBy(a => a.Id, StringComparer.Ordinal).ToList();
        var missed = about.Where(r => r.Said.Action == ReservationAction.NoShow)
            .Any(r => schedules.Count == 0 || EventVersion.IsNewer(r.Said.Source.Version, schedules[^1].Said.Source.Version));
        var (status, reason) =
            cancel is not null ? (ReservationStatus.Cancelled, cancel.Action.ToString().ToLowerInvariant())
            : links.Count > 0 ? (ReservationStatus.Associated, null)
            : missed ? (ReservationStatus.Expired, "no-show")
            : now >= Deadline(number) ? (ReservationStatus.Expired, "expired")
            : (ReservationStatus.Reserved, null);
        return Text(number, Survivor(user), status, reason, start, links.Select(l => l.Id), links.Select(l => l.Place).OfType<string>());
    }

    /// <summary>Ids of the associations of all users that belong to no reservation, so that they wait.</summary>
    public IEnumerable<string> Waiting() => _said.Values.Select(s => Root(s.User)).Distinct()
        .SelectMany(user => Associations(user).Where(a => Belongs(a, user) is null).Select(a => $"{Survivor(user)} {a.Id}"))
        .Order(StringComparer.Ordinal);

    /// <summary>The form that final states are compared in.</summary>
    public static string Text(
        string number, string user, ReservationStatus status, string? reason, long? start, IEnumerable<string> associations, IEnumerable<string> places) =>
        $"{number} of {user}: {status} {reason} start {start} [{string.Join(", ", associations)}] at [{string.Join(", ", places)}]";

    private static string Detail(UserEvent said) => said switch
    {
        ReservationEvent r => r.Source.Version.Digest,
        AssociationEvent a => $"{a.Id} {a.Source.Version.Digest}",
        MergeEvent m => $"{m.Merge.Old} {m.Merge.Survivor} {m.Merge.Version.Digest}",
        _ => throw new ArgumentException("No message says this.", nameof(said)),
    };

    private List<(string User, T Said)> All<T>()
        where T : UserEvent => [.. _said.Values.Where(s => s.Event is T).Select(s => (s.User, (T)s.Event))];

    /// <summary>What the reservation was, oldest first.</summary>
    private List<(string User, ReservationEvent Said)> Schedules(string number) =>
    [
        .. All<ReservationEvent>()
            .Where(r => r.Said.Number == number && r.Said.Action is ReservationAction.Reserve or ReservationAction.Reschedule or ReservationAction.Modify && r.Said.Number == number)
            .OrderBy(r => r.Said.Source.Version, Comparer<EventVersion>.Create(EventVersion.Compare)),
    ];

    private ReservationEvent? Cancellation(string number) => All<ReservationEvent>().Select(r => r.Said)
        .Where(r => r.Number == number && r.Action is ReservationAction.Cancel or ReservationAction.Discontinue or ReservationAction.Delete && r.Number == number)
        .OrderBy(r => r.Source.Version, Comparer<EventVersion>.Create(EventVersion.Compare)).FirstOrDefault();

    private long Deadline(string number)
    {
        var schedules = Schedules(number);
        if (schedules.Count == 0)
            return long.MaxValue;
        return schedules.FindLast(s => s.Said.Start is not null).Said?.Start is { } start
            ? start + (long)options.ExpiresAfter.TotalMilliseconds
            : schedules[^1].Said.Source.Version.Time + (long)options.OpenEndedExpiresAfter.TotalMilliseconds;
    }

    /// <summary>The associations of a user that hold.</summary>
    private List<(string Id, long Time, string? Place, HashSet<string> References)> Associations(string user)
    {
        var result = new List<(string Id, long Time, string? Place, HashSet<string> References)>();
        foreach (var group in All<AssociationEvent>().Where(a => Root(a.User) == Root(user)).Select(a => a.Said).GroupBy(a => a.Id))
        {
            var ordered = group.OrderBy(a => a.Source.Version, Comparer<EventVersion>.Create(EventVersion.Compare)).ToList();
            var decisive = ordered.FindLast(a => a.Action != AssociationAction.Update);
            if (decisive?.Action != AssociationAction.Make)
                continue;
            result.Add((
                group.Key,
                ordered.Find(a => a.Action == AssociationAction.Make)!.Source.Version.Time,
                ordered.FindLast(a => a.Place is not null)?.Place,
                [.. ordered.SelectMany(a => a.References)]));
        }

        return result;
    }

    /// <summary>The reservation that an association belongs to.</summary>
    private string? Belongs((string Id, long Time, string? Place, HashSet<string> References) association, string user) => Numbers()
        .Where(n => Schedules(n) is { Count: > 0 } schedules && Root(schedules[^1].User) == Root(user)
            && association.Time <= Deadline(n) && !(Cancellation(n)?.Source.Version.Time <= association.Time))
        .OrderByDescending(n => association.References.Contains(n) || Schedules(n).Any(s => s.Said.References.Any(association.References.Contains)))
        .ThenBy(n => Math.Abs((Schedules(n).FindLast(s => s.Said.Start is not null).Said?.Start ?? Schedules(n)[^1].Said.Source.Version.Time) - association.Time))
        .ThenBy(n => n, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>One name for all numbers of a user: the smallest that can be reached by merges.</summary>
    private string Root(string user)
    {
        HashSet<string> reached = [user];
        bool grew;
        do
        {
            var before = reached.Count;
            foreach (var merge in All<MergeEvent>().Select(m => m.Said.Merge).Where(m => reached.Contains(m.Old) || reached.Contains(m.Survivor)))
                reached.UnionWith([merge.Old, merge.Survivor]);
            grew = reached.Count > before;
        }
        while (grew);
        return reached.Order(StringComparer.Ordinal).First();
    }

    private string Survivor(string user)
    {
        var merges = All<MergeEvent>().Select(m => m.Said.Merge).OrderBy(m => m.Version, Comparer<EventVersion>.Create(EventVersion.Compare)).ToList();
        var names = new Dictionary<string, string>();
        foreach (var merge in merges)
        {
            string Name(string number) => names.GetValueOrDefault(number, number);
            var (old, into) = (Name(merge.Old), Name(merge.Survivor));
            var name = old == into ? merge.Survivor : into;
            foreach (var number in merges.SelectMany(m => new[] { m.Old, m.Survivor }).Distinct().Where(n => Name(n) == old || Name(n) == into).ToList())
                names[number] = name;
        }

        return names.GetValueOrDefault(user, user);
    }
}
