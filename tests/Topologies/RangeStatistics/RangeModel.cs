using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Topologies.Tests.RangeStatistics;

/// <summary>
/// The rules once more, slowly: every outcome is kept for ever, and after each input all rounds are looked through from the last
/// agreed one on.
/// </summary>
internal sealed class RangeModel
{
    private readonly HashSet<string> _members = [];
    private readonly Dictionary<(string Module, long Round), decimal?> _outcomes = [];
    private readonly Dictionary<string, (decimal Value, long Round)> _agreed = [];
    private readonly HashSet<string> _failedInRound = [];
    private long _round = -1;

    public RangeRefusal Report(ModuleReport report)
    {
        if (_members.Count == 0)
            return RangeRefusal.UnknownRange;
        if (!_members.Contains(report.Module))
            return RangeRefusal.UnknownModule;
        var key = (report.Module, report.Round);
        var completed = _outcomes.TryGetValue(key, out var outcome) && outcome is not null;
        if (report.Round <= _round || report.Flag == UpdateFlag.NotUpdated)
            return RangeRefusal.None;
        if (report.Flag == UpdateFlag.Errored)
        {
            if (!completed)
                _outcomes[key] = null;
        }
        else if (!_agreed.TryGetValue(report.Module, out var agreed) || agreed.Value != report.Values["n"])
        {
            _outcomes[key] = report.Values["n"];
        }

        Agree();
        return RangeRefusal.None;
    }

    public RangeRefusal Membership(MembershipEvent change)
    {
        if (change.Change == MembershipChange.Join)
        {
            _members.Add(change.Module);
            return RangeRefusal.None;
        }

        if (!_members.Remove(change.Module))
            return _members.Count == 0 ? RangeRefusal.UnknownRange : RangeRefusal.UnknownModule;
        _agreed.Remove(change.Module);
        _failedInRound.Remove(change.Module);
        foreach (var key in _outcomes.Keys.Where(k => k.Module == change.Module).ToList())
            _outcomes.Remove(key);
        if (_members.Count > 0)
            Agree();
        return RangeRefusal.None;
    }

    public string Agreed() => string.Join(
        ' ',
        _members.Order(StringComparer.Ordinal).Select(m => $"{m}={(_agreed.TryGetValue(m, out var a) ? a.Value : -1)}").Prepend($"{_round}:"));

    /// <summary>All that is in the consistent totals is of the agreed round, but for modules that failed it or joined after it.</summary>
    public void AssertOneRound(RangeResult result)
    {
        Assert.Equal(_round, result.Round);
        var total = 0m;
        foreach (var (module, (value, round)) in _agreed)
        {
            total += value;
            Assert.True(round == _round || _failedInRound.Contains(module), $"{module} is of round {round}, the range of {_round}");
        }

        Assert.Equal(total, result.Consistent.GetValueOrDefault("n"));
    }

    private void Agree()
    {
        foreach (var round in _outcomes.Keys.Select(k => k.Round).Where(r => r > _round).Distinct().Order().ToList())
        {
            if (!_members.All(m => _outcomes.ContainsKey((m, round))))
                continue;
            _round = round;
            _failedInRound.Clear();
            foreach (var module in _members)
            {
                if (_outcomes[(module, round)] is { } value)
                    _agreed[module] = (value, round);
                else
                    _failedInRound.Add(module);
            }
        }
    }
}
