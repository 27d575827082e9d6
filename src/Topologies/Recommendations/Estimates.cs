namespace MedStreams.Topologies.Recommendations;

/// <summary>What the neighbours of a user say of items: sums of similarities and of preferences times similarities, by item.</summary>
internal struct ItemSums
{
    public int Neighbours;
    public double Weighted;
    public double Weights;
    public double AbsoluteWeights;

    public void Add(double similarity, double preference)
    {
        Neighbours++;
        Weighted += similarity * preference;
        Weights += similarity;
        AbsoluteWeights += Math.Abs(similarity);
    }

    /// <summary>
    /// The mean of the preferences, weighted with the similarities, within the limits. NaN where fewer than two neighbours have the item, and where the weights
    /// cancel each other out: what is left of them then says nothing.
    /// </summary>
    public readonly double Estimate((double Least, double Greatest) limits) =>
        Neighbours < 2 || Math.Abs(Weights) <= Estimates.CancelledOut * AbsoluteWeights
            ? double.NaN
            : Math.Clamp(Weighted / Weights, limits.Least, limits.Greatest);
}

/// <summary>Estimates of what users do not have yet. Not safe for use by several threads: it keeps its room for sums.</summary>
internal sealed class Estimates(PreferenceModel model)
{
    /// <summary>Weights whose sum is at most this part of their absolute sum cancel each other out.</summary>
    public const double CancelledOut = 1e-6;

    private readonly List<int> _items = [];
    private ItemSums[] _sums = [];
    private Ranked[] _found = [];

    /// <summary>The best items that the user does not have, in order.</summary>
    public IReadOnlyList<Recommendation> Top(int user, ReadOnlySpan<Ranked> neighbours, int count)
    {
        if (_sums.Length < model.ItemTable.Room)
            Array.Resize(ref _sums, Math.Max(model.ItemTable.Room, _sums.Length * 2));
        foreach (var neighbour in neighbours)
        {
            foreach (var entry in model.UserTable[neighbour.Index].Entries)
            {
                if (_sums[entry.Item].Neighbours == 0)
                    _items.Add(entry.Item);
                _sums[entry.Item].Add(neighbour.Value, entry.Value);
            }
        }

        foreach (var own in model.UserTable[user].Entries)
            _sums[own.Item] = _sums[own.Item] with { Neighbours = Math.Min(1, _sums[own.Item].Neighbours) }; // no candidate
        var top = Rank(count);
        foreach (var item in _items)
            _sums[item] = default;
        _items.Clear();
        return top;
    }

    /// <summary>The estimate of one item; NaN where there is none.</summary>
    public double Of(int item, ReadOnlySpan<Ranked> neighbours, out int having)
    {
        var sums = default(ItemSums);
        foreach (var neighbour in neighbours)
        {
            if (model.UserTable[neighbour.Index].Find(item) is { } preference)
                sums.Add(neighbour.Value, preference);
        }

        having = sums.Neighbours;
        return sums.Estimate(model.Limits);
    }

    private Recommendation[] Rank(int count)
    {
        if (_found.Length < _items.Count)
            _found = new Ranked[Math.Max(_items.Count, _found.Length * 2)];
        var (limits, found) = (model.Limits, 0);
        foreach (var item in _items)
        {
            var estimate = _sums[item].Estimate(limits);
            if (!double.IsNaN(estimate))
                _found[found++] = new(estimate, item);
        }

        var ids = model.ItemTable.Ids;
        var taken = Ranking.Take(_found.AsSpan(0, found), count, ids);
        var top = new Recommendation[taken];
        for (var i = 0; i < taken; i++)
            top[i] = new(ids[_found[i].Index], _found[i].Value, _sums[_found[i].Index].Neighbours);
        return top;
    }
}
