using System.Collections.Immutable;

namespace MedStreams.Topologies.Reservations;

/// <summary>
/// Which of a user's numbers survives. Merges are taken in the order of their versions, whatever order they came in: what the later one
/// calls the survivor is it, together with whatever that number had been merged into before.
/// </summary>
internal static class Survivors
{
    /// <summary>Both together, each merge once, the oldest first.</summary>
    public static ImmutableArray<Merge> Join(ImmutableArray<Merge> one, ImmutableArray<Merge> other) =>
        other.All(one.Contains) ? one : [.. one.Union(other).Order(Comparer<Merge>.Create(Compare))];

    /// <summary>The surviving number of a user's numbers.</summary>
    /// <param name="user">The number under which the user is kept.</param>
    /// <param name="merges">All merges of the user's numbers, the oldest first.</param>
    public static string Of(string user, ImmutableArray<Merge> merges)
    {
        if (merges.IsEmpty)
            return user;
        var group = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var survivor = new Dictionary<HashSet<string>, string>();
        foreach (var merge in merges)
        {
            var (old, into) = (GroupOf(merge.Old), GroupOf(merge.Survivor));
            if (old == into)
            {
                survivor[into] = merge.Survivor;
                continue;
            }

            into.UnionWith(old);
            foreach (var number in old)
                group[number] = into;
        }

        return group.TryGetValue(user, out var own) ? survivor[own] : user;

        HashSet<string> GroupOf(string number)
        {
            if (group.TryGetValue(number, out var known))
                return known;
            HashSet<string> alone = new(StringComparer.Ordinal) { number };
            survivor[alone] = number;
            return group[number] = alone;
        }
    }

    private static int Compare(Merge one, Merge other)
    {
        var by = EventVersion.Compare(one.Version, other.Version);
        if (by == 0)
            by = string.CompareOrdinal(one.Old, other.Old);
        return by != 0 ? by : string.CompareOrdinal(one.Survivor, other.Survivor);
    }
}
