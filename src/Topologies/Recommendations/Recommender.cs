using System.Collections.Immutable;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// Recommends by what similar users prefer (user-based collaborative filtering, S5.5). The estimate of an item is the mean of the neighbours' preferences, weighted
/// with their similarities, and needs two neighbours who have it. Not safe for use by several threads.
/// </summary>
public sealed class Recommender
{
    private readonly PreferenceModel _model;
    private readonly Neighbourhood _neighbourhood;
    private readonly ISimilarities _similarities;
    private readonly Estimates _estimates;
    private readonly MostPreferred _mostPreferred;

    /// <summary>A recommender on a model, which may change meanwhile.</summary>
    public Recommender(PreferenceModel model, SimilarityKind similarity, Neighbourhood neighbourhood)
    {
        (_model, _neighbourhood, _estimates, _mostPreferred) = (model, neighbourhood, new Estimates(model), new MostPreferred(model));
        _similarities = similarity switch
        {
            SimilarityKind.Euclidean => new Similarities<EuclideanMeasure>(model),
            SimilarityKind.EuclideanMahout => new Similarities<EuclideanMahoutMeasure>(model),
            SimilarityKind.Pearson => new Similarities<PearsonMeasure>(model),
            SimilarityKind.Cosine => new Similarities<CosineMeasure>(model),
            _ => throw new ArgumentOutOfRangeException(nameof(similarity)),
        };
        Method = $"{NameOf(similarity)} {neighbourhood}";
    }

    /// <summary>The name in <see cref="RecommendationList.Method"/> of what is preferred in general.</summary>
    public static string FallbackMethod => "most-preferred";

    /// <summary>The similarity and the neighbourhood in words.</summary>
    public string Method { get; }

    /// <summary>The word for a similarity, as in <see cref="Method"/> and in settings.</summary>
    public static string NameOf(SimilarityKind similarity) => similarity switch
    {
        SimilarityKind.Euclidean => "euclidean",
        SimilarityKind.EuclideanMahout => "euclidean-mahout",
        SimilarityKind.Pearson => "pearson",
        _ => "cosine",
    };

    /// <summary>How alike two users are; null where it is undefined or one is unknown.</summary>
    public double? Similarity(string user, string other) =>
        _model.UserTable.Find(user) is >= 0 and var u && _model.UserTable.Find(other) is >= 0 and var v && _similarities.Of(u, v) is var similarity && !double.IsNaN(similarity)
            ? similarity
            : null;

    /// <summary>The neighbours of a user, the nearest first; none where the user is unknown.</summary>
    public IReadOnlyList<Neighbour> Neighbours(string user) =>
        _model.UserTable.Find(user) is >= 0 and var u ? [.. NeighboursOf(u).ToArray().Select(n => new Neighbour(_model.UserTable.Ids[n.Index], n.Value))] : [];

    /// <summary>The best items that a user does not have, by the neighbours; none where the user is unknown or the neighbours tell of none.</summary>
    public IReadOnlyList<Recommendation> Top(string user, int count) =>
        _model.UserTable.Find(user) is >= 0 and var u ? _estimates.Top(u, NeighboursOf(u), count) : [];

    /// <summary>As <see cref="Top(string,int)"/>, by these neighbours.</summary>
    public IReadOnlyList<Recommendation> Top(string user, IReadOnlyList<Neighbour> neighbours, int count) =>
        _model.UserTable.Find(user) is >= 0 and var u ? _estimates.Top(u, Indices(neighbours), count) : [];

    /// <summary>The preference that a user can be expected to have; null where nothing can be said. Of an item that the user has it is the user's own.</summary>
    public Recommendation? Estimate(string user, string item) =>
        _model.UserTable.Find(user) is >= 0 and var u ? Estimate(u, item, NeighboursOf(u)) : null;

    /// <summary>As <see cref="Estimate(string,string)"/>, by these neighbours.</summary>
    public Recommendation? Estimate(string user, string item, IReadOnlyList<Neighbour> neighbours) =>
        _model.UserTable.Find(user) is >= 0 and var u ? Estimate(u, item, Indices(neighbours)) : null;

    /// <summary>
    /// What to recommend to anybody: by the neighbours; where they tell of nothing, and of an unknown user, what is preferred in general, marked as a fallback.
    /// </summary>
    /// <param name="user">The user, known or not.</param>
    /// <param name="count">How many items at most.</param>
    /// <param name="now">Epoch milliseconds.</param>
    public RecommendationList Recommend(string user, int count, long now)
    {
        var top = Top(user, count);
        return top.Count > 0 ? new RecommendationList(user, [.. top], now, Method, Fallback: false) : Fallback(user, count, now);
    }

    /// <summary>What is preferred in general and the user does not have, by damped mean.</summary>
    public ImmutableArray<Recommendation> MostPreferred(string user, int count) => _mostPreferred.Top(user, count);

    internal RecommendationList Fallback(string user, int count, long now) =>
        new(user, MostPreferred(user, count), now, FallbackMethod, Fallback: true);

    /// <summary>The neighbours of a user, the nearest first; good until the next question.</summary>
    internal ReadOnlySpan<Ranked> NeighboursOf(int user)
    {
        var others = _similarities.Of(user);
        var count = int.MaxValue;
        if (_neighbourhood is Neighbourhood.Threshold { Least: var least })
            others = others[..Reaching(others, least - Ranking.Tolerance)];
        else if (_neighbourhood is Neighbourhood.Nearest nearest)
            count = nearest.Count;
        return others[..Ranking.Take(others, count, _model.UserTable.Ids)];
    }

    /// <summary>The best items by neighbours that were asked for just now.</summary>
    internal IReadOnlyList<Recommendation> Top(int user, ReadOnlySpan<Ranked> neighbours, int count) => _estimates.Top(user, neighbours, count);

    private static int Reaching(Span<Ranked> others, double least)
    {
        var reaching = 0;
        for (var i = 0; i < others.Length; i++)
        {
            if (others[i].Value >= least)
                others[reaching++] = others[i];
        }

        return reaching;
    }

    private Recommendation? Estimate(int user, string item, ReadOnlySpan<Ranked> neighbours)
    {
        if (_model.ItemTable.Find(item) is not (>= 0 and var index))
            return null;
        if (_model.UserTable[user].Find(index) is { } own)
            return new Recommendation(item, own, 0);
        var estimate = _estimates.Of(index, neighbours, out var having);
        return double.IsNaN(estimate) ? null : new Recommendation(item, estimate, having);
    }

    private Ranked[] Indices(IReadOnlyList<Neighbour> neighbours) =>
        [.. neighbours.Select(n => new Ranked(n.Similarity, _model.UserTable.Find(n.User))).Where(n => n.Index >= 0)];
}
