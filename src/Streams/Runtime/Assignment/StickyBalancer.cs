namespace MedStreams.Streams.Runtime;

/// <summary>
/// Spreads tasks over owners so that loads differ by the owners' weights only, to within one task. Of all such placements it takes one that
/// moves few tasks: an owner gives away what is above its share, and only that, and what nobody has, moves; and one task in four
/// more, where groups (sub-topologies) have bunched together. What moves goes where it is warm, then where its group is rare, then where
/// there is most room, then by turn.
/// </summary>
internal sealed class StickyBalancer
{
    /// <summary>The warmth of a task at an owner that has nothing of it.</summary>
    public const int Cold = 2;

    private const int Nobody = -1;
    private const int MovesPerExtraMove = 4;
    private readonly int[] _weights;
    private readonly int[] _groups;
    private readonly int[] _owner;
    private readonly int[] _load;
    private readonly int[,] _perGroup;
    private readonly int[] _groupSize;
    private readonly int _totalWeight;
    private int[] _quota = [];

    /// <summary>A balancer of these owners and tasks, both numbered from 0.</summary>
    /// <param name="weights">By owner, how much it can take; more than 0.</param>
    /// <param name="groups">By task, its group, numbered from 0.</param>
    public StickyBalancer(int[] weights, int[] groups)
    {
        (_weights, _groups) = (weights, groups);
        _owner = new int[groups.Length];
        _load = new int[weights.Length];
        var groupCount = groups.Length == 0 ? 0 : groups.Max() + 1;
        _perGroup = new int[weights.Length, groupCount];
        _groupSize = new int[groupCount];
        foreach (var group in groups)
            _groupSize[group]++;
        _totalWeight = weights.Sum();
        Array.Fill(_owner, Nobody);
    }

    /// <summary>By task, its owner before; null where it had none, or that is gone.</summary>
    public required Func<int, int?> Previous { get; init; }

    /// <summary>By task and owner: 0 for an owner that can go on with it at once, 1 for one that has some of it, else <see cref="Cold"/>.</summary>
    public Func<int, int, int> Warmth { get; init; } = static (_, _) => Cold;

    /// <summary>By task and owner, the owner's turn where nothing else decides; small ones first.</summary>
    public required Func<int, int, int> Turn { get; init; }

    /// <summary>By owner, a number that breaks ties.</summary>
    public required Func<int, uint> Tie { get; init; }

    /// <summary>By task, the owner.</summary>
    public int[] Balance()
    {
        for (var task = 0; task < _owner.Length; task++)
        {
            if (Previous(task) is { } owner)
                Give(task, owner);
        }

        SetQuotas();
        for (var owner = 0; owner < _weights.Length; owner++)
        {
            while (_load[owner] > _quota[owner])
                Take(Dispensable(owner));
        }

        Loosen();
        for (var warmth = 0; warmth <= Cold; warmth++)
            PlaceOrphans(warmth);
        return _owner;
    }

    /// <summary>The share of each owner: those that have more than the rounded-down share get what is left over from rounding.</summary>
    private void SetQuotas()
    {
        _quota = [.. _weights.Select(w => Share(w, _owner.Length))];
        var takers = Enumerable.Range(0, _weights.Length)
            .OrderByDescending(i => _load[i] > _quota[i])
            .ThenByDescending(WarmOrphans)
            .ThenByDescending(i => (long)_owner.Length * _weights[i] % _totalWeight)
            .ThenBy(Tie)
            .ThenBy(i => i)
            .Take(_owner.Length - _quota.Sum())
            .ToList();
        foreach (var taker in takers)
            _quota[taker]++;
    }

    private int Share(int weight, int tasks) => (int)((long)tasks * weight / _totalWeight);

    private int WarmOrphans(int owner)
    {
        var count = 0;
        for (var task = 0; task < _owner.Length; task++)
        {
            if (_owner[task] == Nobody && Warmth(task, owner) < Cold)
                count++;
        }

        return count;
    }

    /// <summary>What an owner best gives away: of its fullest group, then what is warm where there is room.</summary>
    private int Dispensable(int owner)
    {
        var (best, bestRank) = (Nobody, (Surplus: 0L, IsWarm: false, Turn: 0));
        for (var task = 0; task < _owner.Length; task++)
        {
            if (_owner[task] != owner)
                continue;
            var rank = (-Deficit(owner, _groups[task]), IsWarmWhereRoomIs(task), Turn(task, owner));
            if (best == Nobody || rank.CompareTo(bestRank) > 0)
                (best, bestRank) = (task, rank);
        }

        return best;
    }

    /// <summary>
    /// Groups would bunch together over many changes, since what stays is not looked at. So for every few tasks that move anyway one more does,
    /// from an owner that has more of its group than a fair share.
    /// </summary>
    private void Loosen()
    {
        for (var allowed = _owner.Count(o => o == Nobody) / MovesPerExtraMove; allowed > 0; allowed--)
        {
            var (worst, worstExcess) = (Nobody, 0);
            for (var task = 0; task < _owner.Length; task++)
            {
                if (_owner[task] != Nobody && Excess(_owner[task], _groups[task]) is var excess && excess > worstExcess)
                    (worst, worstExcess) = (task, excess);
            }

            if (worst == Nobody)
                return;
            Take(worst);
        }
    }

    private int Excess(int owner, int group) =>
        _perGroup[owner, group] - Share(_weights[owner], _groupSize[group]) - 1;

    private bool IsWarmWhereRoomIs(int task)
    {
        for (var owner = 0; owner < _weights.Length; owner++)
        {
            if (_load[owner] < _quota[owner] && Warmth(task, owner) < Cold)
                return true;
        }

        return false;
    }

    /// <summary>Places tasks that nobody has with owners of that warmth; groups take turns.</summary>
    private void PlaceOrphans(int warmth)
    {
        var within = new int[_groupSize.Length];
        var orphans = Enumerable.Range(0, _owner.Length).Where(t => _owner[t] == Nobody)
            .Select(t => (Task: t, Round: within[_groups[t]]++))
            .OrderBy(o => o.Round).ThenBy(o => _groups[o.Task])
            .ToList();
        foreach (var (task, _) in orphans)
        {
            if (BestFor(task, warmth) is { } owner)
                Give(task, owner);
        }
    }

    private int? BestFor(int task, int warmth)
    {
        int? best = null;
        var bestRank = (Rarity: 0L, Room: 0L, Turn: 0);
        for (var owner = 0; owner < _weights.Length; owner++)
        {
            if (_load[owner] >= _quota[owner] || Warmth(task, owner) > warmth)
                continue;
            var fullness = (long)_load[owner] * _totalWeight / _weights[owner];
            var rank = (-Deficit(owner, _groups[task]), fullness, Turn(task, owner));
            if (best is null || rank.CompareTo(bestRank) < 0)
                (best, bestRank) = (owner, rank);
        }

        return best;
    }

    /// <summary>How far an owner is below its share of a group, times the total weight.</summary>
    private long Deficit(int owner, int group) =>
        ((long)_groupSize[group] * _weights[owner]) - ((long)_perGroup[owner, group] * _totalWeight);

    private void Give(int task, int owner)
    {
        _owner[task] = owner;
        _load[owner]++;
        _perGroup[owner, _groups[task]]++;
    }

    private void Take(int task)
    {
        var owner = _owner[task];
        _owner[task] = Nobody;
        _load[owner]--;
        _perGroup[owner, _groups[task]]--;
    }
}
