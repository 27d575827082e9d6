using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Tests.Recommendations;

public sealed class RecommenderModelTests
{
    public static TheoryData<SimilarityKind, string, bool> Ways
    {
        get
        {
            var data = new TheoryData<SimilarityKind, string, bool>();
            foreach (var kind in Enum.GetValues<SimilarityKind>())
            {
                foreach (var hood in new[] { "nearest:1", "nearest:5", "nearest:25", "threshold:0.3", "threshold:-1" })
                {
                    data.Add(kind, hood, true);
                    data.Add(kind, hood, false);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void S5_5_the_recommender_is_equal_to_brute_force_over_all_pairs(SimilarityKind kind, string hood, bool halfSteps)
    {
        Assert.True(Neighbourhood.TryParse(hood, out var neighbourhood));
        for (var seed = 1; seed <= 6; seed++)
        {
            var limit = seed % 3 == 0 ? 4 : int.MaxValue;
            var model = new PreferenceModel(limit);
            var brute = new BruteForce(kind, neighbourhood, limit);
            var recommender = new Recommender(model, kind, neighbourhood);
            var random = new RandomPreferences(seed, 5 + (2 * seed), 4 + (2 * seed), halfSteps);
            for (var round = 0; round < 2; round++)
            {
                for (var i = 0; i < 30 * seed; i++)
                    Change(model, brute, random.Next(removals: 0.2));
                Compare(recommender, brute, random.Next().Item);
            }
        }
    }

    [Fact]
    public void S5_5_a_model_after_any_changes_answers_to_the_last_bit_as_one_made_anew()
    {
        var kept = new PreferenceModel(6);
        var brute = new BruteForce(SimilarityKind.Pearson, new Neighbourhood.Nearest(5), 6);
        var random = new RandomPreferences(77, 30, 25, halfSteps: false);
        for (var i = 0; i < 3000; i++)
            Change(kept, brute, random.Next(removals: 0.4));
        var anew = new PreferenceModel(6);
        foreach (var (user, items) in brute.Users.Reverse())
        {
            foreach (var (item, value) in items)
                anew.Set(user, item, value);
        }

        Assert.Equal((kept.Count, kept.Users, kept.Items, kept.Limits), (anew.Count, anew.Users, anew.Items, anew.Limits));
        foreach (var kind in Enum.GetValues<SimilarityKind>())
        {
            var (before, after) = (new Recommender(kept, kind, new Neighbourhood.Nearest(5)), new Recommender(anew, kind, new Neighbourhood.Nearest(5)));
            foreach (var user in brute.Users.Keys)
            {
                Assert.Equal(after.Neighbours(user), before.Neighbours(user));
                Assert.Equal(after.Top(user, 10), before.Top(user, 10));
            }
        }
    }

    [Theory]
    [InlineData(1e6)]
    [InlineData(-1e6)]
    public void S5_5_correlation_keeps_its_digits_far_from_zero(double offset)
    {
        var model = new PreferenceModel();
        var brute = new BruteForce(SimilarityKind.Pearson, new Neighbourhood.Nearest(1));
        foreach (var (item, index) in Enumerable.Range(1, 12).Select((n, i) => ($"{n}", i)))
        {
            foreach (var (user, value) in new[] { ("a", index * 0.5), ("b", index % 3) })
            {
                var (sign, shifted) = (Math.Sign(offset), value * (1.0 / 1024));
                model.Set(user, item, offset - (sign * shifted));
                brute.Set(user, item, -sign * shifted);
            }
        }

        var similarity = new Recommender(model, SimilarityKind.Pearson, new Neighbourhood.Nearest(1)).Similarity("a", "b");

        Assert.Equal(brute.Similarity("a", "b")!.Value, similarity!.Value, 1e-12);
    }

    private static void Change(PreferenceModel model, BruteForce brute, (string User, string Item, double? Value) change)
    {
        brute.Set(change.User, change.Item, change.Value);
        if (change.Value is { } value)
            model.Set(change.User, change.Item, value);
        else
            model.Remove(change.User, change.Item);
    }

    private static void Compare(Recommender recommender, BruteForce brute, string item)
    {
        foreach (var user in brute.Users.Keys)
        {
            foreach (var other in brute.Users.Keys.Where(o => o != user))
                Near(brute.Similarity(user, other), recommender.Similarity(user, other));
            var (expected, actual) = (brute.Neighbours(user), recommender.Neighbours(user));
            Assert.Equal(expected.Select(n => n.Id), actual.Select(n => n.User));
            Assert.All(expected.Zip(actual), pair => Near(pair.First.Value, pair.Second.Similarity));
            AssertTop(brute.Top(user, 7), recommender.Top(user, 7));
            Assert.Equal(brute.MostPreferred(user, 5), recommender.MostPreferred(user, 5).Select(r => r.Item));
            var estimate = brute.Users[user].TryGetValue(item, out var own) ? own : brute.Estimate(item, expected)?.Value;
            Near(estimate, recommender.Estimate(user, item)?.Value, Loose);
        }
    }

    /// <summary>Weights that nearly cancel enlarge the last bits of their sum, a million times at most.</summary>
    private const double Loose = 1e-8;

    internal static void AssertTop(List<(string Item, double Value, int Neighbours)> expected, IReadOnlyList<Recommendation> actual)
    {
        Assert.Equal(expected.Select(t => (t.Item, t.Neighbours)), actual.Select(t => (t.Item, t.Neighbours)));
        Assert.All(expected.Zip(actual), pair => Near(pair.First.Value, pair.Second.Value, Loose));
    }

    internal static void Near(double? expected, double? actual, double tolerance = 1e-12)
    {
        Assert.Equal(expected is null, actual is null);
        if (expected is { } e)
            Assert.Equal(e, actual!.Value, tolerance);
    }
}
