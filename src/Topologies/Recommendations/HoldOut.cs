namespace MedStreams.Topologies.Recommendations;

/// <summary>Splits preferences into those that a recommender learns from and those that it is examined with.</summary>
public static class HoldOut
{
    /// <summary>
    /// Holds a share of the preferences back: those whose hash over seed, user and item falls into it. So the same seed holds the same cells back, whatever order the preferences
    /// come in and whoever else is among them.
    /// </summary>
    /// <param name="preferences">In order of arrival; of several for one cell the last one counts.</param>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="seed">Any number.</param>
    public static (IReadOnlyList<Preference> Training, IReadOnlyList<Preference> HeldBack) Split(IEnumerable<Preference> preferences, double share, long seed)
    {
        var last = new Dictionary<(string User, string Item), int>();
        var cells = new List<Preference>();
        foreach (var preference in preferences)
        {
            if (last.TryGetValue((preference.User, preference.Item), out var place))
            {
                cells[place] = preference;
                continue;
            }

            last.Add((preference.User, preference.Item), cells.Count);
            cells.Add(preference);
        }

        var parts = cells.ToLookup(p => StableHash.Chance(unchecked((ulong)seed), p.User, p.Item) < share);
        return ([.. parts[false]], [.. parts[true]]);
    }
}
