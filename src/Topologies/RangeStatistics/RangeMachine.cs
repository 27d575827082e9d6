using System.Collections.Immutable;

namespace MedStreams.Topologies.RangeStatistics;

/// <summary>Why an input cannot be used; it goes to the dead-letter topic with this.</summary>
public enum RangeRefusal
{
    /// <summary>It can be used.</summary>
    None,

    /// <summary>No module serves the range: it has to join first.</summary>
    UnknownRange,

    /// <summary>The module does not serve the range: it has to join first.</summary>
    UnknownModule,
}

/// <summary>
/// The rules S1.1 to S1.6 as a pure function: state and input in, state and refusal out. No time, no I/O, no randomness, so the
/// same inputs in the same order give the same states on every machine.
/// </summary>
public sealed class RangeMachine
{
    /// <summary>The machine of a range in this state.</summary>
    public RangeMachine(RangeRecord record, RangeBackup backup)
    {
        Record = record;
        Backup = backup;
    }

    /// <summary>The agreed statistics.</summary>
    public RangeRecord Record { get; private set; }

    /// <summary>What is held back.</summary>
    public RangeBackup Backup { get; private set; }

    /// <summary>Takes a module's report (S1.1 to S1.4, S1.6).</summary>
    public RangeRefusal Report(ModuleReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (Record.Modules.IsEmpty)
            return RangeRefusal.UnknownRange;
        if (!Record.Modules.TryGetValue(report.Module, out var recorded))
            return RangeRefusal.UnknownModule;

        // A duplicate or late report of an older round changes nothing.
        if (report.Round <= Record.Round)
            return RangeRefusal.None;
        var known = Outcomes(report.Module).GetValueOrDefault(report.Round);
        var outcome = report.Flag switch
        {
            // Complete: an entry, the flag, and values that differ (S1.1).
            UpdateFlag.Updated when !Same(report.Values, recorded.Values) => new RoundOutcome(report.Values),

            // An error counts only while the module has not completed (S1.4).
            UpdateFlag.Errored when known is null or { IsFailed: true } => new RoundOutcome(null),
            _ => null,
        };
        if (outcome is null || (known is not null && Same(known.Values ?? NoValues, outcome.Values ?? NoValues)))
            return RangeRefusal.None;
        Backup = new(Backup.Modules.SetItem(report.Module, Outcomes(report.Module).SetItem(report.Round, outcome)));
        Settle();
        return RangeRefusal.None;
    }

    /// <summary>Takes a change of membership (S1.6). A module that leaves may have been the last one that was waited for.</summary>
    public RangeRefusal Membership(MembershipEvent change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Change == MembershipChange.Join)
        {
            if (!Record.Modules.ContainsKey(change.Module))
                Record = Record with { Modules = Record.Modules.Add(change.Module, new(UpdateFlag.NotUpdated, NoValues)) };
            return RangeRefusal.None;
        }

        if (!Record.Modules.ContainsKey(change.Module))
            return Record.Modules.IsEmpty ? RangeRefusal.UnknownRange : RangeRefusal.UnknownModule;
        Record = Record with { Modules = Record.Modules.Remove(change.Module) };
        Backup = new(Backup.Modules.Remove(change.Module));
        if (!Record.Modules.IsEmpty)
            Settle();
        return RangeRefusal.None;
    }

    /// <summary>What can be said of the range now (S1.5).</summary>
    public RangeResult Result()
    {
        var open = OpenRound();
        string[] modules = [.. Record.Modules.Keys.Order(StringComparer.Ordinal)];
        return new(
            Record.Round,
            Totals(Record.Modules.Values.Select(m => m.Values)),
            Totals(Record.Modules.Select(m => Outcomes(m.Key).Values.LastOrDefault(o => !o.IsFailed)?.Values ?? m.Value.Values)),
            [.. modules.Where(m => Outcomes(m).Values.Any(o => !o.IsFailed))],
            [.. modules.Where(m => !Outcomes(m).ContainsKey(open))],
            [.. modules.Where(m => Outcomes(m).GetValueOrDefault(open) is { IsFailed: true })]);
    }

    private static ImmutableSortedDictionary<string, decimal> NoValues => ImmutableSortedDictionary<string, decimal>.Empty;

    /// <summary>
    /// Agrees on every round that no module is waited for in, the oldest first: all completed (S1.3), or completed and failed (S1.4).
    /// Until then values are held back (S1.2).
    /// </summary>
    private void Settle()
    {
        while (Agreeable() is { } round)
        {
            var anyFailed = Record.Modules.Keys.Any(m => Outcomes(m)[round].IsFailed);
            var flag = anyFailed ? UpdateFlag.NotUpdated : UpdateFlag.Updated;
            Record = new(
                round,
                Record.Modules.ToImmutableSortedDictionary(
                    m => m.Key,
                    m => Outcomes(m.Key)[round].Values is { } values ? new RecordedModule(flag, values) : m.Value with { Flag = flag }));
            Backup = new(
                Backup.Modules
                    .Select(m => KeyValuePair.Create(m.Key, m.Value.Where(o => o.Key > round).ToImmutableSortedDictionary()))
                    .Where(m => !m.Value.IsEmpty)
                    .ToImmutableSortedDictionary());
        }
    }

    private long? Agreeable()
    {
        foreach (var round in Outcomes(Record.Modules.Keys.First()).Keys)
        {
            if (Record.Modules.Keys.All(m => Outcomes(m).ContainsKey(round)))
                return round;
        }

        return null;
    }

    /// <summary>The round that the range works on: the newest that a module has an outcome of.</summary>
    private long OpenRound() => Backup.Modules.Values.Select(m => m.Keys.Last()).DefaultIfEmpty(Record.Round + 1).Max();

    private ImmutableSortedDictionary<long, RoundOutcome> Outcomes(string module) =>
        Backup.Modules.GetValueOrDefault(module, ImmutableSortedDictionary<long, RoundOutcome>.Empty);

    private static bool Same(ImmutableSortedDictionary<string, decimal> a, ImmutableSortedDictionary<string, decimal> b) =>
        a.Count == b.Count && a.All(v => b.TryGetValue(v.Key, out var other) && other == v.Value);

    private static ImmutableSortedDictionary<string, decimal> Totals(IEnumerable<ImmutableSortedDictionary<string, decimal>> modules)
    {
        var totals = ImmutableSortedDictionary.CreateBuilder<string, decimal>(StringComparer.Ordinal);
        foreach (var (name, value) in modules.SelectMany(m => m))
            totals[name] = totals.GetValueOrDefault(name) + value;
        return totals.ToImmutable();
    }
}
