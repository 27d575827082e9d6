namespace MedStreams.Topologies.Recommendations;

/// <summary>How well a recommender foretells preferences that it does not know (S5.5).</summary>
public static class Evaluation
{
    /// <summary>Examines a recommender. Precision and recall are over users who have a relevant held-back item and are known to the model.</summary>
    /// <param name="training">What it learns from.</param>
    /// <param name="heldBack">What it does not get to see.</param>
    /// <param name="similarity">How similarities are worked out.</param>
    /// <param name="neighbourhood">Who counts as a neighbour.</param>
    /// <param name="relevantFrom">A held-back preference from here on makes its item relevant to its user.</param>
    /// <param name="sizes">How many recommended items are looked at: precision and recall for each.</param>
    /// <param name="ratersPerItem">As <see cref="PreferenceModel(int)"/> takes it.</param>
    public static EvaluationResult Run(
        IEnumerable<Preference> training,
        IReadOnlyList<Preference> heldBack,
        SimilarityKind similarity,
        Neighbourhood neighbourhood,
        double relevantFrom,
        IReadOnlyList<int> sizes,
        int ratersPerItem = int.MaxValue)
    {
        var model = new PreferenceModel(ratersPerItem);
        foreach (var (user, item, value) in training)
            model.Set(user, item, value);
        var recommender = new Recommender(model, similarity, neighbourhood);
        var estimates = new double?[heldBack.Count];
        var lists = new List<ExaminedUser>();
        var most = sizes.Count == 0 ? 0 : sizes.Max();
        foreach (var byUser in heldBack.Select((preference, index) => (preference, index)).GroupBy(p => p.preference.User, StringComparer.Ordinal))
        {
            if (!model.Knows(byUser.Key))
                continue;
            var neighbours = recommender.Neighbours(byUser.Key);
            foreach (var (preference, index) in byUser)
                estimates[index] = recommender.Estimate(byUser.Key, preference.Item, neighbours)?.Value;
            string[] relevant = [.. byUser.Where(p => p.preference.Value >= relevantFrom).Select(p => p.preference.Item)];
            if (relevant.Length > 0)
                lists.Add(new(byUser.Key, relevant, [.. recommender.Top(byUser.Key, neighbours, most).Select(r => r.Item)]));
        }

        return new EvaluationResult(recommender.Method, estimates, Errors(heldBack, estimates), [.. sizes.Select(n => At(n, lists))], lists);
    }

    private static (double? Rmse, double? Mae) Errors(IReadOnlyList<Preference> heldBack, double?[] estimates)
    {
        double[] errors = [.. heldBack.Zip(estimates).Where(p => p.Second is not null).Select(p => p.First.Value - p.Second!.Value)];
        return errors.Length == 0 ? (null, null) : (Math.Sqrt(errors.Average(e => e * e)), errors.Average(Math.Abs));
    }

    private static RankedResult At(int size, List<ExaminedUser> users)
    {
        var hits = users.Select(u => (User: u, Hits: u.Recommended.Take(size).Intersect(u.Relevant, StringComparer.Ordinal).Count())).ToList();
        double[] precisions = [.. hits.Where(h => h.User.Recommended.Count > 0).Select(h => (double)h.Hits / Math.Min(size, h.User.Recommended.Count))];
        double[] recalls = [.. hits.Select(h => (double)h.Hits / h.User.Relevant.Count)];
        return new RankedResult(size, Mean(precisions), precisions.Length, Mean(recalls), recalls.Length);
    }

    private static double? Mean(double[] values) => values.Length == 0 ? null : values.Average();
}

/// <summary>What came of an examination.</summary>
/// <param name="Method">The similarity and the neighbourhood.</param>
/// <param name="Estimates">One for each preference held back; null where nothing could be said.</param>
/// <param name="Errors">Root of the mean squared error and mean absolute error over the estimates; null where there are none.</param>
/// <param name="Ranked">Precision and recall for each size.</param>
/// <param name="Users">The users who count, with what is relevant to them and what was recommended.</param>
public sealed record EvaluationResult(
    string Method,
    IReadOnlyList<double?> Estimates,
    (double? Rmse, double? Mae) Errors,
    IReadOnlyList<RankedResult> Ranked,
    IReadOnlyList<ExaminedUser> Users)
{
    /// <summary>How many preferences held back have an estimate.</summary>
    public int Estimated => Estimates.Count(e => e is not null);
}

/// <summary>Precision and recall of the first so many recommended items.</summary>
/// <param name="Size">How many are looked at.</param>
/// <param name="Precision">Hits of those recommended, which may be fewer than asked for, as a mean over users with at least one; null without such users.</param>
/// <param name="PrecisionUsers">Over how many users.</param>
/// <param name="Recall">Hits of those relevant, as a mean over all users who count; null without such users.</param>
/// <param name="RecallUsers">Over how many users.</param>
public readonly record struct RankedResult(int Size, double? Precision, int PrecisionUsers, double? Recall, int RecallUsers);

/// <summary>A user with relevant items among those held back.</summary>
/// <param name="User">The user.</param>
/// <param name="Relevant">Items held back with a preference that is high enough.</param>
/// <param name="Recommended">Items recommended, in order.</param>
public sealed record ExaminedUser(string User, IReadOnlyList<string> Relevant, IReadOnlyList<string> Recommended);
