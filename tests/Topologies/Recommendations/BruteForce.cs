using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Tests.Recommendations;

/// <summary>
/// The rules of recommendations by their definitions: all pairs of users, means first and deviations after, plain sorting. Shares nothing with the product but its types
/// and the order of ids.
/// </summary>
internal sealed class BruteForce(SimilarityKind kind, Neighbourhood hood, int ratersPerItem = int.MaxValue)
{
    private const double Tolerance = 1e-9;

    public SortedDictionary<string, SortedDictionary<string, double>> Users { get; } = new(IdOrder.Instance);

    public void Set(string user, string item, double? value)
    {
        if (!Users.TryGetValue(user, out var items))
            Users.Add(user, items = new SortedDictionary<string, double>(IdOrder.Instance));
        if (value is { } given)
            items[item] = given;
        else
            items.Remove(item);
        if (items.Count == 0)
            Users.Remove(user);
    }

    public double? Similarity(string x, string y)
    {
        var common = Users[x].Keys.Where(i => Users[y].ContainsKey(i) && Counts(x, i) && Counts(y, i)).ToList();
        if (common.Count == 0)
            return null;
        double[] a = [.. common.Select(i => Users[x][i])];
        double[] b = [.. common.Select(i => Users[y][i])];
        var distance = Math.Sqrt(a.Zip(b).Sum(p => (p.First - p.Second) * (p.First - p.Second)));
        switch (kind)
        {
            case SimilarityKind.Euclidean:
                return 1 / (1 + distance);
            case SimilarityKind.EuclideanMahout:
                return 1 / (1 + (distance / Math.Sqrt(common.Count)));
            case SimilarityKind.Pearson:
                if (a.All(v => v == a[0]) || b.All(v => v == b[0]))
                    return null;
                var (meanA, meanB) = (a.Average(), b.Average());
                return Cosine([.. a.Select(v => v - meanA)], [.. b.Select(v => v - meanB)]);
            default:
                return a.All(v => v == 0) || b.All(v => v == 0) ? null : Cosine(a, b);
        }
    }

    public List<(string Id, double Value)> Neighbours(string user)
    {
        var all = Users.Keys.Where(other => other != user).Select(other => (Id: other, Value: Similarity(user, other)))
            .Where(n => n.Value is not null).Select(n => (n.Id, n.Value!.Value)).ToList();
        return hood switch
        {
            Neighbourhood.Threshold threshold => Order([.. all.Where(n => n.Item2 >= threshold.Least - Tolerance)]),
            Neighbourhood.Nearest nearest => [.. Order(all).Take(nearest.Count)],
            _ => throw new InvalidOperationException(),
        };
    }

    public (double Value, int Neighbours)? Estimate(string item, List<(string Id, double Value)> neighbours)
    {
        var having = neighbours.Where(n => Users[n.Id].ContainsKey(item)).ToList();
        var weights = having.Sum(n => n.Value);
        if (having.Count < 2 || Math.Abs(weights) <= 1e-6 * having.Sum(n => Math.Abs(n.Value)))
            return null;
        var values = Users.Values.SelectMany(u => u.Values).ToList();
        return (Math.Clamp(having.Sum(n => n.Value * Users[n.Id][item]) / weights, values.Min(), values.Max()), having.Count);
    }

    public List<(string Item, double Value, int Neighbours)> Top(string user, int count)
    {
        var neighbours = Neighbours(user);
        var candidates = neighbours.SelectMany(n => Users[n.Id].Keys).Distinct().Where(i => !Users[user].ContainsKey(i))
            .Select(i => (Item: i, Estimate: Estimate(i, neighbours))).Where(c => c.Estimate is not null)
            .ToDictionary(c => c.Item, c => c.Estimate!.Value);
        return [.. Order([.. candidates.Select(c => (c.Key, c.Value.Value))]).Take(count).Select(i => (i.Id, i.Value, candidates[i.Id].Neighbours))];
    }

    public List<string> MostPreferred(string? user, int count)
    {
        var cells = Users.SelectMany(u => u.Value.Select(c => (Item: c.Key, c.Value))).ToList();
        var mean = cells.Count == 0 ? 0 : cells.Average(c => c.Value);
        return [.. Order([.. cells.GroupBy(c => c.Item).Select(g => (g.Key, (g.Sum(c => c.Value) + (5 * mean)) / (g.Count() + 5)))])
            .Select(i => i.Id).Where(i => user is null || !Users.ContainsKey(user) || !Users[user].ContainsKey(i)).Take(count)];
    }

    /// <summary>Whether a user is among those of an item who count.</summary>
    private bool Counts(string user, string item) =>
        ratersPerItem == int.MaxValue || Users.Where(u => u.Value.ContainsKey(item)).Select(u => u.Key).OrderBy(u => StableHash.Of(StableHash.Of(u), item)).Take(ratersPerItem).Contains(user);

    private static double Cosine(double[] a, double[] b) => Math.Clamp(
        a.Zip(b).Sum(p => p.First * p.Second) / (Math.Sqrt(a.Sum(v => v * v)) * Math.Sqrt(b.Sum(v => v * v))), -1, 1);

    private static List<(string Id, double Value)> Order(List<(string Id, double Value)> all)
    {
        var sorted = all.OrderByDescending(n => n.Value).ToList();
        var group = 0;
        var groups = new List<(int Group, string Id, double Value)>();
        for (var i = 0; i < sorted.Count; i++)
        {
            if (i > 0 && sorted[i - 1].Value - sorted[i].Value > Tolerance)
                group++;
            groups.Add((group, sorted[i].Id, sorted[i].Value));
        }

        return [.. groups.OrderBy(n => n.Group).ThenBy(n => n.Id, IdOrder.Instance).Select(n => (n.Id, n.Value))];
    }
}
