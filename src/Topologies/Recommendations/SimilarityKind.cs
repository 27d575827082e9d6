namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// How alike two users are (S5.5), by the items that both have and nothing else; undefined where they have none in common. Sums go over these items,
/// n is their number.
/// </summary>
public enum SimilarityKind
{
    /// <summary>1 / (1 + d), d the distance sqrt(sum (x-y)^2): above 0, at most 1.</summary>
    Euclidean,

    /// <summary>1 / (1 + d / sqrt n): what Apache Mahout calls Euclidean, where users with many items in common are not further apart for that.</summary>
    EuclideanMahout,

    /// <summary>Pearson's correlation, means over the common items: -1 to 1. Undefined where x or y are all the same, so always at n = 1.</summary>
    Pearson,

    /// <summary>The cosine of the angle between both, not centred: -1 to 1. Undefined where x or y are all 0.</summary>
    Cosine,
}
