namespace MedStreams.Topologies.Recommendations;

/// <summary>That a user prefers an item so much (S5.5): one cell of the matrix of users and items.</summary>
/// <param name="User">The user's id, see <see cref="PreferenceRules"/>.</param>
/// <param name="Item">The item's id, see <see cref="PreferenceRules"/>.</param>
/// <param name="Value">How much: any scale, the greater the better; finite.</param>
public readonly record struct Preference(string User, string Item, double Value);

/// <summary>What ids and values are allowed.</summary>
public static class PreferenceRules
{
    /// <summary>The longest id, in UTF-16 units.</summary>
    public const int LongestId = 256;

    /// <summary>The greatest value, and with a minus the least: sums of squares of a thousand such still have their digits.</summary>
    public const double GreatestValue = 1e6;

    /// <summary>What is wrong with an id; null where nothing is. The text does not hold the id.</summary>
    /// <param name="what">What it is the id of, for the text.</param>
    /// <param name="id">The id.</param>
    public static string? IdFault(string what, string? id)
    {
        if (string.IsNullOrEmpty(id))
            return $"the {what} is missing";
        if (id.Length > LongestId)
            return $"the {what} is longer than {LongestId} characters";
        foreach (var unit in id)
        {
            if (char.IsControl(unit))
                return $"the {what} has a control character";
        }

        return null;
    }

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public static string? ValueFault(double value) =>
        double.IsFinite(value) && Math.Abs(value) <= GreatestValue ? null : $"the value is not between -{GreatestValue:0} and {GreatestValue:0}";
}
