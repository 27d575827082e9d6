using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// A record of the topic of preferences, whose key is the user: that the user prefers an item so much, or not any more. A record without value takes all preferences of
/// the user away.
/// </summary>
/// <param name="Item">The item's id.</param>
/// <param name="Value">How much; null takes the preference away. Must be given.</param>
/// <param name="User">The user's id again; null, or equal to the key.</param>
public sealed record PreferenceRecord([property: JsonRequired] string Item, [property: JsonRequired] double? Value, string? User = null)
{
    /// <summary>What is wrong with it as a record of a user; null where nothing is. The text holds neither ids nor values.</summary>
    public string? Fault(string? user)
    {
        if (user == RecommendationsOptions.AnyUser)
            return "this user's id stands for whoever is unknown";
        if (User is not null && User != user)
            return "the user is not the record's key";
        return PreferenceRules.IdFault("user", user) ?? PreferenceRules.IdFault("item", Item) ?? (Value is { } value ? PreferenceRules.ValueFault(value) : null);
    }
}
