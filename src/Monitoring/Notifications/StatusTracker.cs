using MedStreams.Monitoring.Lag;

namespace MedStreams.Monitoring.Notifications;

/// <summary>
/// Decides which changes of status are told: those that last. What flickers within the time is not told, neither when it becomes bad nor when it becomes good. Pure but
/// for what it remembers; not safe for concurrent use.
/// </summary>
internal sealed class StatusTracker(NotificationOptions options)
{
    private readonly Dictionary<(string Cluster, string Group), Subject> _subjects = [];

    /// <summary>Looks at a group.</summary>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="group">Its name.</param>
    /// <param name="lag">How it does.</param>
    /// <param name="now">The present.</param>
    /// <returns>What is told; null for nothing.</returns>
    public StatusEvent? Look(string cluster, string group, GroupLag lag, DateTimeOffset now)
    {
        var worst = lag.Partitions.Where(p => p.Status != PartitionStatus.Ok).OrderByDescending(p => p.Status).ThenByDescending(p => p.CurrentLag).FirstOrDefault();
        var text = worst is null ? "" : $"{worst.Topic}-{worst.Partition} {BurrowJson.Word(worst.Status)} {worst.CurrentLag}";
        return Look(new State(cluster, group, BurrowJson.Word(lag.Status), lag.Status >= options.Threshold, lag.TotalLag, text), now);
    }

    /// <summary>Looks at a cluster.</summary>
    public StatusEvent? Look(string cluster, bool isReachable, DateTimeOffset now) =>
        Look(new State(cluster, "", isReachable ? "REACHABLE" : "UNREACHABLE", !isReachable, 0, ""), now);

    /// <summary>The groups of a cluster that are bad and have not been named: they are gone.</summary>
    public IReadOnlyList<StatusEvent> Missing(string cluster, IReadOnlySet<string> groups, DateTimeOffset now)
    {
        var gone = _subjects.Keys.Where(k => k.Cluster == cluster && k.Group.Length > 0 && !groups.Contains(k.Group)).ToList();
        var events = gone.Select(k => Look(cluster, k.Group, GroupLag.NotFound, now)).OfType<StatusEvent>().ToList();
        return events;
    }

    /// <summary>After a time in which nothing could be seen, what is seen has to last anew.</summary>
    public void Interrupt(string cluster)
    {
        foreach (var (key, subject) in _subjects)
        {
            if (key.Cluster == cluster && key.Group.Length > 0)
                subject.Since = null;
        }
    }

    private StatusEvent? Look(State state, DateTimeOffset now)
    {
        var key = (state.Cluster, state.Group);
        if (!_subjects.TryGetValue(key, out var subject))
        {
            if (!state.IsBad)
                return null;
            _subjects.Add(key, subject = new Subject(state.Group.Length == 0 ? "REACHABLE" : "OK"));
        }

        // A status that is bad in another way goes on being bad: its time does not begin anew for that it is bad at all.
        if (subject.Since is null || state.IsBad != subject.IsBad)
            (subject.Since, subject.IsBad, subject.StatusSince) = (now, state.IsBad, now);
        else if (state.Status != subject.Status)
            subject.StatusSince = now;
        subject.Status = state.Status;
        if (subject is { Told: null, IsBad: false })
            _subjects.Remove(key); // it flickered
        return Decide(subject, state, now) is { } kind ? Tell(subject, state, kind, now) : null;
    }

    private StatusEventKind? Decide(Subject subject, State state, DateTimeOffset now)
    {
        if (now - subject.Since < options.HoldFor)
            return null;
        if (!state.IsBad)
            return subject.Told is null ? null : StatusEventKind.Closed;
        if (subject.Told is null)
            return StatusEventKind.Opened;
        if (state.Status != subject.Previous)
            return now - subject.StatusSince < options.HoldFor ? null : StatusEventKind.Changed;
        return options.Reminder > TimeSpan.Zero && now - subject.Told >= options.Reminder ? StatusEventKind.Reminder : null;
    }

    private StatusEvent Tell(Subject subject, State state, StatusEventKind kind, DateTimeOffset now)
    {
        var told = new StatusEvent(kind, state.Cluster, state.Group, state.Status, subject.Previous, state.Lag, state.Worst, subject.StatusSince, now);
        subject.Previous = state.Status;
        subject.Told = now;
        if (kind == StatusEventKind.Closed)
            _subjects.Remove((state.Cluster, state.Group));
        return told;
    }

    private sealed record State(string Cluster, string Group, string Status, bool IsBad, long Lag, string Worst);

    private sealed class Subject(string good)
    {
        /// <summary>The status that was told last.</summary>
        public string Previous { get; set; } = good;

        /// <summary>When it was told that it is bad; null where it was not.</summary>
        public DateTimeOffset? Told { get; set; }

        /// <summary>Since when it is bad, or good; null where it has to last anew.</summary>
        public DateTimeOffset? Since { get; set; }

        public bool IsBad { get; set; }

        public string Status { get; set; } = good;

        public DateTimeOffset StatusSince { get; set; }
    }
}
