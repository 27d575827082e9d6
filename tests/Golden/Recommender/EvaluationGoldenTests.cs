using System.Text.Json;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Golden.Tests.Recommender;

/// <summary>The recorded split, examined. Which neighbours Mahout took where rounding decided is not recorded for it: those entries are left out, and counted.</summary>
public sealed class EvaluationGoldenTests
{
    [Fact]
    public void S5_5_estimates_of_what_is_held_back_and_their_errors_are_as_recorded()
    {
        var estimates = new Tally("recommender held-back estimates");
        var errors = new Tally("recommender errors");
        var leftOut = 0;
        foreach (var (name, heldBack, result, recorded) in Runs())
        {
            var reasons = RecommenderVector.Debatable(recorded);
            var unknown = Indices(reasons, "neighbours");
            var cancelled = Indices(reasons, "weightsCancel");
            var expected = recorded.GetProperty("estimates").EnumerateArray().ToList();
            Assert.Equal(heldBack.Count, expected.Count);
            foreach (var (index, one) in expected.Index())
            {
                if (unknown.Contains(index))
                    leftOut++;
                else
                    estimates.Count($"{name} {index}", Difference(one, result.Estimates[index], cancelled.Contains(index)));
            }

            if (unknown.Count > 0)
                continue;
            var kept = expected.Index().Where(e => e.Item.ValueKind != JsonValueKind.Null && !cancelled.Contains(e.Index)).ToList();
            errors.Count($"{name} estimated", kept.Count == result.Estimated ? null : $"{result.Estimated}, not {kept.Count}");
            if (cancelled.Count > 0)
                continue;
            errors.Count($"{name} rmse", RecommenderGoldenTests.Near(Number(recorded, "rmse"), result.Errors.Rmse, 1e-9));
            errors.Count($"{name} mae", RecommenderGoldenTests.Near(Number(recorded, "mae"), result.Errors.Mae, 1e-9));
        }

        estimates.LeftOut(leftOut, "where rounding decided who the neighbours are");
        estimates.Close();
        errors.Close();
    }

    [Fact]
    public void S5_5_precision_and_recall_are_as_recorded()
    {
        var ranked = new Tally("recommender precision and recall");
        var lists = new Tally("recommender lists of examined users");
        var leftOut = 0;
        foreach (var (name, _, result, recorded) in Runs())
        {
            var open = new[] { "at2", "at5" }.SelectMany(at => RecommenderVector.Debatable(recorded.GetProperty(at)))
                .Where(r => r.Key is "neighbours" or "weightsCancel").SelectMany(r => r.Value).ToHashSet(StringComparer.Ordinal);
            var users = result.Users.ToDictionary(u => u.User, StringComparer.Ordinal);
            Assert.Equal(users.Count, recorded.GetProperty("lists").GetArrayLength());
            foreach (var list in recorded.GetProperty("lists").EnumerateArray())
            {
                var user = RecommenderVector.Id(list[0]);
                if (open.Contains(user))
                    leftOut++;
                else
                    lists.Count($"{name} {user}", list[1].EnumerateArray().Select(RecommenderVector.Id).SequenceEqual(users[user].Recommended) ? null : string.Join(' ', users[user].Recommended));
            }

            foreach (var at in result.Ranked)
            {
                var expected = recorded.GetProperty($"at{at.Size}");
                ranked.Count($"{name} {at.Size} users", expected.GetProperty("recallUsers").GetInt32() == at.RecallUsers ? null : $"{at.RecallUsers}");
                if (open.Count > 0)
                    continue;
                ranked.Count($"{name} {at.Size} precision", RecommenderGoldenTests.Near(Number(expected, "precision"), at.Precision, 1e-12));
                ranked.Count($"{name} {at.Size} recall", RecommenderGoldenTests.Near(Number(expected, "recall"), at.Recall, 1e-12));
                ranked.Count($"{name} {at.Size} precision users", expected.GetProperty("precisionUsers").GetInt32() == at.PrecisionUsers ? null : $"{at.PrecisionUsers}");
            }
        }

        lists.LeftOut(leftOut, "where rounding decided who the neighbours are, or weights cancel");
        lists.Close();
        ranked.Close();
    }

    private static IEnumerable<(string Name, IReadOnlyList<Preference> HeldBack, EvaluationResult Result, JsonElement Recorded)> Runs()
    {
        foreach (var vector in RecommenderVector.All())
        {
            var training = vector.Cells.Where(c => !c.HeldBack).Select(c => c.Preference).ToList();
            var heldBack = vector.Cells.Where(c => c.HeldBack).Select(c => c.Preference).ToList();
            var relevantFrom = vector.Split.GetProperty("relevantFrom").GetDouble();
            foreach (var kind in vector.Split.GetProperty("evaluations").EnumerateObject())
            {
                foreach (var hood in kind.Value.EnumerateObject())
                {
                    var result = Evaluation.Run(
                        training, heldBack, RecommenderVector.Kind(kind.Name), RecommenderVector.Hood(hood.Name), relevantFrom, [2, 5]);
                    yield return ($"{vector.Name} {kind.Name} {hood.Name}", heldBack, result, hood.Value);
                }
            }
        }
    }

    private static string? Difference(JsonElement recorded, double? ours, bool cancelled)
    {
        if (cancelled || recorded.ValueKind == JsonValueKind.Null)
            return ours is null ? null : $"{ours}, not none";
        return ours is { } value ? RecommenderGoldenTests.Estimated(recorded[0], recorded[1], value) : $"none, not {recorded.GetRawText()}";
    }

    private static HashSet<int> Indices(Dictionary<string, string[]> reasons, string reason) =>
        [.. reasons.GetValueOrDefault(reason, []).Select(int.Parse)];

    private static double? Number(JsonElement of, string member) =>
        of.TryGetProperty(member, out var number) && number.ValueKind != JsonValueKind.Null ? number.GetDouble() : null;
}
