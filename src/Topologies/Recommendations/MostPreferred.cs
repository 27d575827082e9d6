using System.Collections.Immutable;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// What is preferred in general: items by their damped mean (sum + 5 g) / (n + 5), n the number of users who have the item and g the mean of all preferences, so
/// that a single enthusiast does not outweigh many. Worked out when it is asked for and preferences have changed. Not safe for use by several threads.
/// </summary>
internal sealed class MostPreferred(PreferenceModel model)
{
    /// <summary>How many users of average taste each item is thought to have beside its own.</summary>
    public const int Damping = 5;

    private readonly List<Recommendation> _order = [];
    private long _version = -1;

    /// <summary>The first items that the user does not have; of a user without preferences, the first of all.</summary>
    public ImmutableArray<Recommendation> Top(string? user, int count)
    {
        Order();
        var own = user is null ? [] : model.ItemIdsOf(user).ToHashSet(StringComparer.Ordinal);
        return [.. _order.Where(r => !own.Contains(r.Item)).Take(count)];
    }

    private void Order()
    {
        if (_version == model.Version)
            return;
        _version = model.Version;
        _order.Clear();
        var items = model.ItemTable.Indices.Select(i => (Index: i, Sum: model.ItemTable[i].All.Sum(r => r.Value), model.ItemTable[i].Count)).ToList();
        var mean = items.Sum(i => i.Sum) / Math.Max(1, model.Count);
        var ranked = items.Select(i => new Ranked((i.Sum + (Damping * mean)) / (i.Count + Damping), i.Index)).ToArray();
        Ranking.Take(ranked, ranked.Length, model.ItemTable.Ids);
        _order.AddRange(ranked.Select(r => new Recommendation(model.ItemTable.Ids[r.Index], r.Value, 0)));
    }
}
