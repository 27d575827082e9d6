using System.Collections.Immutable;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// What is recommended to a user (S5.5): the value of records in the topic of recommendations, whose key is the user. A record without value says that
/// the user has no preference any more.
/// </summary>
/// <param name="User">The user's id, equal to the record's key.</param>
/// <param name="Items">The items, the greatest value first; empty where there is nothing to recommend.</param>
/// <param name="ComputedAt">When, in epoch milliseconds.</param>
/// <param name="Method">How: the similarity and the neighbourhood, such as <c>euclidean nearest:25</c>, or <c>most-preferred</c>.</param>
/// <param name="Fallback">Whether these are items that are preferred in general, because nobody similar to the user tells of more.</param>
public sealed record RecommendationList(string User, ImmutableArray<Recommendation> Items, long ComputedAt, string Method, bool Fallback)
{
    /// <summary>The greatest difference of values that counts as none.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// Whether both recommend the same: the same items in the same order by the same method, with values that are equal within 1e-9. Values of a fallback
    /// do not count: they move with each preference that anybody has.
    /// </summary>
    public bool SaysTheSameAs(RecommendationList? other) =>
        other is not null && User == other.User && Method == other.Method && Fallback == other.Fallback && Items.Length == other.Items.Length
        && Items.Zip(other.Items).All(pair => Same(pair.First, pair.Second));

    private bool Same(Recommendation one, Recommendation other) =>
        one.Item == other.Item && (Fallback || (one.Neighbours == other.Neighbours && Math.Abs(one.Value - other.Value) <= Tolerance));
}

/// <summary>An item that is recommended.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Value">The preference that the user is expected to have, on the scale of the preferences; of a fallback the item's damped mean.</param>
/// <param name="Neighbours">How many neighbours have the item; 0 in a fallback.</param>
public readonly record struct Recommendation(string Item, double Value, int Neighbours);
