using System.Text.Json.Serialization;
using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// How well what was recommended fits what users took later. Taken is an item that a user has anew, with a preference in the upper half of all that there are, who had a
/// list by then.
/// </summary>
/// <param name="Shown">How many items came onto lists.</param>
/// <param name="Taken">How many items were taken.</param>
/// <param name="Hits">How many of them were on the user's list.</param>
public sealed record RecommendationScore(long Shown, long Taken, long Hits)
{
    /// <summary>Which part of what was recommended was taken; null before anything was recommended.</summary>
    [JsonIgnore]
    public double? Precision => Shown == 0 ? null : (double)Hits / Shown;

    /// <summary>Which part of what was taken was recommended; null before anything was taken.</summary>
    [JsonIgnore]
    public double? Recall => Taken == 0 ? null : (double)Hits / Taken;

    /// <summary>The sum of both.</summary>
    public RecommendationScore And(RecommendationScore other) => new(Shown + other.Shown, Taken + other.Taken, Hits + other.Hits);
}

/// <summary>The scores of a task's users, and their sum with those who are gone.</summary>
/// <param name="store">By user; the sum under <see cref="RecommendationsOptions.AnyUser"/>.</param>
internal sealed class Scores(IKeyValueStore<string, RecommendationScore?> store)
{
    private static readonly RecommendationScore None = new(0, 0, 0);

    /// <summary>Takes a list in that was written in the place of another one.</summary>
    public void Show(RecommendationList list, RecommendationList? before)
    {
        var known = before is null ? [] : before.Items.Select(i => i.Item).ToHashSet(StringComparer.Ordinal);
        Add(list.User, new(list.Items.Count(i => !known.Contains(i.Item)), 0, 0));
    }

    /// <summary>Takes in what a user has anew.</summary>
    public void Take(string item, RecommendationList? list)
    {
        if (list is not null)
            Add(list.User, new(0, 1, list.Items.Any(i => i.Item == item) ? 1 : 0));
    }

    /// <summary>Forgets a user who is gone.</summary>
    public void Forget(string user) => store.Delete(user);

    private void Add(string user, RecommendationScore more)
    {
        if (more == None)
            return;
        store.Put(user, (store.Get(user) ?? None).And(more));
        store.Put(RecommendationsOptions.AnyUser, (store.Get(RecommendationsOptions.AnyUser) ?? None).And(more));
    }
}
