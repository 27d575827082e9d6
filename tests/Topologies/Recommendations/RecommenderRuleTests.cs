using MedStreams.Topologies.Recommendations;

namespace MedStreams.Topologies.Tests.Recommendations;

/// <summary>The rules one by one, above all those that were decided where others decide otherwise (docs/decisions.md).</summary>
public sealed class RecommenderRuleTests
{
    [Fact]
    public void S5_5_equal_similarities_go_by_id_also_at_the_cut()
    {
        var recommender = Of(SimilarityKind.Euclidean, "nearest:2", ("a", "x", 3), ("10", "x", 4), ("9", "x", 2), ("b", "x", 4), ("c", "x", 3));

        Assert.Equal(["c", "9"], recommender.Neighbours("a").Select(n => n.User));
    }

    [Fact]
    public void S5_5_what_is_equal_but_for_rounding_is_equal()
    {
        // 0.1 + 0.2 - 0.3 is not quite 0: both others are as near as 1 but for the last bits.
        var recommender = Of(SimilarityKind.Euclidean, "nearest:2", ("a", "x", 0.3), ("2", "x", 0.3), ("1", "x", 0.1 + 0.2));

        Assert.Equal(["1", "2"], recommender.Neighbours("a").Select(n => n.User));
    }

    [Fact]
    public void S5_5_a_threshold_is_reached_but_for_rounding()
    {
        var recommender = Of(SimilarityKind.Euclidean, "threshold:0.5", ("a", "x", 1.3), ("b", "x", 0.1 + 0.2), ("c", "x", 0.2));

        Assert.Equal(["b"], recommender.Neighbours("a").Select(n => n.User));
    }

    [Fact]
    public void S5_5_weights_keep_their_signs_and_estimates_the_limits_of_the_model()
    {
        // To a, b is as like as 1 and c as like as -1 + something: they disagree about z.
        var recommender = Of(
            SimilarityKind.Pearson,
            "nearest:5",
            ("a", "1", 1), ("a", "2", 2), ("a", "3", 3), ("b", "1", 1), ("b", "2", 2), ("b", "3", 3), ("c", "1", 3), ("c", "2", 1), ("c", "3", 2), ("b", "z", 5), ("c", "z", 1));

        Assert.Equal(-0.5, recommender.Similarity("a", "c")!.Value, 1e-12);
        Assert.Equal(new Recommendation("z", 5, 2), Assert.Single(recommender.Top("a", 5))); // (1 * 5 - 0.5 * 1) / 0.5 = 9, and nobody gives more than 5
    }

    [Fact]
    public void S5_5_weights_that_cancel_give_no_estimate()
    {
        var recommender = Of(
            SimilarityKind.Pearson,
            "nearest:5",
            ("a", "1", 1), ("a", "2", 2), ("b", "1", 1), ("b", "2", 2), ("c", "1", 2), ("c", "2", 1), ("b", "z", 5), ("c", "z", 1));

        Assert.Empty(recommender.Top("a", 5));
        Assert.Null(recommender.Estimate("a", "z"));
    }

    [Fact]
    public void S5_5_an_item_that_one_neighbour_has_is_not_recommended()
    {
        var recommender = Of(SimilarityKind.Euclidean, "nearest:5", ("a", "x", 3), ("b", "x", 3), ("c", "x", 2), ("b", "y", 5), ("c", "z", 5), ("b", "w", 1), ("c", "w", 2));

        Assert.Equal(["w"], recommender.Top("a", 5).Select(r => r.Item));
        Assert.Null(recommender.Estimate("a", "y"));
    }

    [Fact]
    public void S5_5_without_common_items_nobody_is_similar()
    {
        var recommender = Of(SimilarityKind.Euclidean, "threshold:0", ("a", "x", 3), ("b", "y", 3));

        Assert.Null(recommender.Similarity("a", "b"));
        Assert.Empty(recommender.Neighbours("a"));
    }

    [Fact]
    public void S5_5_who_is_unknown_or_has_no_neighbours_gets_what_is_preferred_in_general_marked_as_such()
    {
        var recommender = Of(SimilarityKind.Euclidean, "nearest:5", ("a", "x", 5), ("b", "x", 4), ("b", "y", 5), ("c", "y", 4), ("lone", "z", 1));

        var unknown = recommender.Recommend("nobody", 2, 7);
        var lone = recommender.Recommend("lone", 5, 7);

        Assert.True(unknown.Fallback);
        Assert.Equal(("most-preferred", 7), (unknown.Method, unknown.ComputedAt));
        Assert.Equal(["x", "y"], unknown.Items.Select(i => i.Item));
        Assert.True(lone.Fallback);
        Assert.DoesNotContain("z", lone.Items.Select(i => i.Item));
        Assert.Null(recommender.Estimate("a", "never seen"));
        Assert.Equal(5, recommender.Estimate("a", "x")!.Value.Value);
    }

    [Fact]
    public void S5_5_of_an_item_that_many_have_only_so_many_count_whatever_came_first()
    {
        string[] users = [.. Enumerable.Range(0, 30).Select(RandomPreferences.User)];
        var (one, other) = (new PreferenceModel(5), new PreferenceModel(5));
        foreach (var user in users)
            one.Set(user, "popular", 3);
        foreach (var user in users.Reverse())
            other.Set(user, "popular", 3);
        foreach (var user in users.Take(10))
            Assert.True(one.Remove(user, "popular") && other.Remove(user, "popular"));

        var (a, b) = (new Recommender(one, SimilarityKind.Cosine, new Neighbourhood.Nearest(50)), new Recommender(other, SimilarityKind.Cosine, new Neighbourhood.Nearest(50)));

        Assert.All(users, user => Assert.Equal(a.Neighbours(user), b.Neighbours(user)));
        Assert.Equal(5, users.Count(user => a.Neighbours(user).Count == 4));
    }

    [Theory]
    [InlineData("9", "10", -1)]
    [InlineData("10", "a", -1)]
    [InlineData("007", "8", 1)]
    [InlineData("184467440737095516160", "184467440737095516159", 1)]
    [InlineData("B", "a", -1)]
    [InlineData("5", "5", 0)]
    public void Whole_numbers_come_first_by_number(string x, string y, int expected)
    {
        Assert.Equal(expected, Math.Sign(IdOrder.Instance.Compare(x, y)));
        Assert.Equal(-expected, Math.Sign(IdOrder.Instance.Compare(y, x)));
    }

    [Theory]
    [InlineData("", "x", 1)]
    [InlineData("u", "", 1)]
    [InlineData("u", "x\n", 1)]
    [InlineData("u", "x", double.NaN)]
    [InlineData("u", "x", double.PositiveInfinity)]
    [InlineData("u", "x", 1000001)]
    public void What_is_no_preference_is_not_taken(string user, string item, double value) =>
        Assert.Throws<ArgumentException>(() => new PreferenceModel().Set(user, item, value));

    private static Recommender Of(SimilarityKind kind, string hood, params (string User, string Item, double Value)[] cells)
    {
        Assert.True(Neighbourhood.TryParse(hood, out var neighbourhood));
        var model = new PreferenceModel();
        foreach (var (user, item, value) in cells)
            model.Set(user, item, value);
        return new Recommender(model, kind, neighbourhood);
    }
}
