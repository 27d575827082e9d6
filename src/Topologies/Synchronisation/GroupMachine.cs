using System.Globalization;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// The steps of one group: which task begins or goes on, which card is next, and what follows from a result (S2.4 to S2.9). Pure: reads and writes the group's data,
/// changes <see cref="State"/>, and says what is to be announced. Lives for one word.
/// </summary>
/// <param name="options">The rules.</param>
/// <param name="state">The group's progress.</param>
/// <param name="data">The group's data.</param>
/// <param name="facts">The rest of the world.</param>
internal sealed class GroupMachine(SynchronisationOptions options, GroupState state, IGroupData data, RoundFacts facts)
{
    /// <summary>Why tasks wait for their sources.</summary>
    public const string WaitsForData = "the data that it depends on is not there yet";

    private readonly List<string> _waitsFor = [];

    /// <summary>The progress as it is now.</summary>
    public GroupState State { get; private set; } = state;

    /// <summary>The call to be announced; null: none.</summary>
    public CallAnnouncement? Announced { get; private set; }

    /// <summary>What came to an end; null: nothing.</summary>
    public SyncResult? Result { get; private set; }

    /// <summary>The operators that it would call next, if there was room.</summary>
    public IReadOnlyList<string> WaitsFor => _waitsFor;

    /// <summary>A card was told, and differs from what was known of it: some task has to see to it.</summary>
    public void Told(Card card)
    {
        if (data.Entry(card.Number) is { } known && known.Synced.Contains(card.Due) && known.Digest == card.Digest)
            return;
        State = State.With(card.Operator, Task(card.Operator).Sees(card.Due));
    }

    /// <summary>A round: unfinished tasks go on from where they stand, finished ones begin anew where something is due (S2.5).</summary>
    public void Round()
    {
        var horizon = options.Horizon(facts.Now);
        foreach (var (name, task) in State.Tasks)
        {
            if (task.HasLeft)
                State = State.With(name, task with { HasLeft = false });
        }

        if (State.Tasks.Values.Any(t => IsDue(t, horizon)))
            Begin(horizon);
        Step();
    }

    /// <summary>What came of the call that is on its way.</summary>
    public void Take(CallResult result)
    {
        if (State.Calling is not { } call)
            return;
        State = State with { Calling = null };
        var task = Task(call.Operator);
        if (result.Outcome is CallOutcome.Done or CallOutcome.AlreadyDone or CallOutcome.Refused)
            Settle(call, task, result);
        else
            Leave(call, task, result);
        Step();
    }

    /// <summary>The call that is on its way is announced again: nobody knows whether it was made.</summary>
    public void AnnounceAgain()
    {
        if (State.Calling is not { } call)
            return;
        Doubt(call);
        Announce(call.Operator, call.Number, call.Due, mayHaveBeenMade: true);
    }

    /// <summary>The card of the announced call is another one by now: the next task sees to it, and this one goes on.</summary>
    public void Withdraw()
    {
        if (State.Calling is not { } call)
            return;
        State = (State with { Calling = null }).With(call.Operator, Task(call.Operator) with { Attempts = 0, Tries = 0 });
        Step();
    }

    /// <summary>Announces the next call, if none is on its way: of the operator that failed least, and has room.</summary>
    public void Step()
    {
        _waitsFor.Clear();
        foreach (var (name, task) in State.Tasks.OrderBy(t => t.Value.Failures).ThenBy(t => t.Key, StringComparer.Ordinal))
        {
            if (State.Calling is not null)
                return;
            if (task is { IsRunning: true, HasLeft: false })
                Step(name, task);
        }
    }

    private void Step(string name, GroupTask task)
    {
        if (facts.Held(name) is { } held)
        {
            State = State.With(name, task with { HasLeft = true, Reason = held });
            return;
        }

        var next = Next(name, task);
        if (next is null)
        {
            State = State.With(name, Finished(task));
            return;
        }

        if (!facts.HasPlace(name))
        {
            _waitsFor.Add(name);
            return;
        }

        State = State.With(name, task with { Attempts = task.Attempts + 1, Reason = null });
        Announce(name, next.Number, next.Due, next.Unsure.Contains(next.Due));
    }

    /// <summary>The next card of a task that needs a synchronisation (S2.4); others are skipped.</summary>
    private TaskCard? Next(string name, GroupTask task) => data.Entries(task.Position)
        .Where(entry => entry.Operator == name && entry.Needs(task.Horizon))
        .FirstOrDefault(entry => data.Card(entry.Number) is { } card && card.Operator == name && card.Due == entry.Due); // else the next task sees to it

    private void Announce(string name, string number, DateOnly due, bool mayHaveBeenMade)
    {
        Announced = new CallAnnouncement(Math.Max(State.Serial + 1, facts.Now), name, number, due, facts.Now, mayHaveBeenMade);
        State = State with { Calling = Announced, Serial = Announced.Serial };
    }

    /// <summary>New tasks (S2.6): only with the data that they depend on, which is read, compared by digest, and taken over where it has changed.</summary>
    private void Begin(DateOnly horizon)
    {
        if (!facts.IsAvailable)
        {
            foreach (var (name, task) in State.Tasks.Where(t => IsDue(t.Value, horizon)))
                State = State.With(name, task with { Reason = WaitsForData });
            return;
        }

        TakeChanges();
        var entries = data.Entries().Where(e => e.State == TaskCardState.Pending).ToLookup(e => e.Operator, StringComparer.Ordinal);
        foreach (var name in State.Tasks.Keys.Union(entries.Select(e => e.Key), StringComparer.Ordinal))
        {
            var task = Task(name);
            if (task.IsRunning)
                continue; // it sees what changed behind its position; Told has noted the rest
            var total = entries[name].Count(e => e.Due <= horizon);
            var later = entries[name].Where(e => e.Due > horizon).Min(e => (DateOnly?)e.Due);
            State = total == 0
                ? State.With(name, task with { NextDue = later, Reason = null, Failures = 0 })
                : State.With(name, new GroupTask { Number = task.Number + 1, IsRunning = true, Horizon = horizon, Total = total, NextDue = later });
        }
    }

    private void TakeChanges()
    {
        var forgetBefore = options.ForgetBefore(facts.Now);
        foreach (var entry in data.Entries().ToList())
        {
            if (data.Card(entry.Number) is null && ChangeDetection.Apply(null, entry, forgetBefore) is var rest && !ReferenceEquals(rest, entry))
                data.Put(entry.Number, rest);
        }

        foreach (var card in data.Cards.ToList())
        {
            var known = data.Entry(card.Number);
            if (ChangeDetection.Apply(card, known, forgetBefore) is { } entry && !ReferenceEquals(entry, known))
                data.Put(card.Number, entry);
        }
    }

    private void Settle(CallAnnouncement call, GroupTask task, CallResult result)
    {
        var isRefused = result.Outcome == CallOutcome.Refused;
        if (data.Entry(call.Number) is { } entry)
        {
            var stands = entry.Due != call.Due || entry.Operator != call.Operator ? entry.State : isRefused ? TaskCardState.Refused : TaskCardState.Synced;
            data.Put(call.Number, entry with
            {
                State = stands,
                Synced = isRefused || entry.Synced.Contains(call.Due) ? entry.Synced : [.. entry.Synced.Append(call.Due).Order()],
                Unsure = entry.Unsure.Remove(call.Due),
            });
        }

        Result = new SyncResult(call.Number, call.Operator, call.Due, result.Outcome, facts.Now, task.Attempts) { Task = task.Number, Reason = result.Reason };
        State = State.With(call.Operator, PastCard(task, call.Number) with { Failures = 0 });
    }

    /// <summary>The operator failed, or wants fewer calls: the position stays, and the task leaves the round (S2.8).</summary>
    private void Leave(CallAnnouncement call, GroupTask task, CallResult result)
    {
        if (result.Outcome == CallOutcome.Unavailable)
            Doubt(call);
        task = task with
        {
            HasLeft = true,
            Reason = Text(result),
            Failures = task.Failures + 1,
            Tries = task.Tries + (result.Outcome == CallOutcome.Unavailable ? 1 : 0),
        };
        if (task.Tries >= options.Tries)
            task = PastCard(task, call.Number).Sees(call.Due); // one card must not keep all others waiting; the next task has it again
        State = State.With(call.Operator, task);
    }

    /// <summary>The call may have been made; that is remembered until its result is known.</summary>
    private void Doubt(CallAnnouncement call)
    {
        if (data.Entry(call.Number) is { } entry && !entry.Unsure.Contains(call.Due))
            data.Put(call.Number, entry with { Unsure = entry.Unsure.Add(call.Due) });
    }

    private static GroupTask PastCard(GroupTask task, string number) => task with
    {
        Position = number,
        Settled = task.Settled + 1,
        Attempts = 0,
        Tries = 0,
    };

    private static GroupTask Finished(GroupTask task) => new() { Number = task.Number, NextDue = task.NextDue, Horizon = task.Horizon, Failures = task.Failures };

    private static string Text(CallResult result) => result.Outcome switch
    {
        CallOutcome.Throttled when result.RetryAfter is { } wait =>
            string.Create(CultureInfo.InvariantCulture, $"the operator wants fewer calls, for {wait.TotalSeconds:0.###} s"),
        CallOutcome.Throttled => "the operator wants fewer calls",
        CallOutcome.BreakerOpen => "the circuit breaker is open",
        _ => result.Reason ?? "the operator did not answer",
    };

    private static bool IsDue(GroupTask task, DateOnly horizon) => !task.IsRunning && task.NextDue <= horizon;

    private GroupTask Task(string name) => State.Tasks.GetValueOrDefault(name) ?? new GroupTask();
}
