namespace MedStreams.Topologies.Recommendations;

/// <summary>How recommendations are made (S5.5).</summary>
public sealed record RecommendationsOptions
{
    /// <summary>The id that stands for whoever is unknown, in <see cref="RecommendationsTopology.ListStore"/> only; no user may have it.</summary>
    public const string AnyUser = "*";

    /// <summary>Where preferences come from, by user: <see cref="PreferenceRecord"/>. Not to be compacted, since a user's records add up.</summary>
    public string PreferenceTopic { get; init; } = "preferences";

    /// <summary>Where recommendations go, by user: <see cref="RecommendationList"/>; may be compacted.</summary>
    public string RecommendationTopic { get; init; } = "recommendations";

    /// <summary>What is no preference, byte for byte, with the reason in the header <c>preference.refusal</c>.</summary>
    public string DeadLetterTopic { get; init; } = "preferences.dead-letter";

    /// <summary>How many tasks share the work, from 1 to 100. Each has all preferences, and the lists of its share of the users. Default 4. Not to be changed without a reset.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>How alike users are. Default: by Euclidean distance.</summary>
    public SimilarityKind Similarity { get; init; } = SimilarityKind.Euclidean;

    /// <summary>Who counts as a neighbour. Default: the 25 nearest.</summary>
    public Neighbourhood Neighbourhood { get; init; } = new Neighbourhood.Nearest(25);

    /// <summary>How many items are recommended at most, from 1 to 1,000. Default 10.</summary>
    public int Count { get; init; } = 10;

    /// <summary>How long a user's list holds at least before it is worked out again; from 0. Default 1 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many users of one item count for similarities, from 2 to 100,000: of more, those with the smallest hash. Default 500.</summary>
    public int RatersPerItem { get; init; } = 500;

    /// <summary>How many items a user may have, from 1 to 100,000; what goes beyond is refused. Default 1,000.</summary>
    public int ItemsPerUser { get; init; } = 1000;

    /// <summary>How often lists that are due are looked for; from 10 ms. Default 200 ms.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How many lists a task works out at one look; the rest waits for the next. From 1. Default 200.</summary>
    public int ListsPerLook { get; init; } = 200;

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the text names it and what is allowed.</exception>
    public void Validate()
    {
        Require(Partitions is >= 1 and <= 100, "Partitions must be 1 to 100.", nameof(Partitions));
        Require(Count is >= 1 and <= 1000, "Count must be 1 to 1,000.", nameof(Count));
        Require(Window >= TimeSpan.Zero, "Window must not be negative.", nameof(Window));
        Require(RatersPerItem is >= 2 and <= 100_000, "RatersPerItem must be 2 to 100,000.", nameof(RatersPerItem));
        Require(ItemsPerUser is >= 1 and <= 100_000, "ItemsPerUser must be 1 to 100,000.", nameof(ItemsPerUser));
        Require(LookInterval >= TimeSpan.FromMilliseconds(10), "LookInterval must be 10 ms or more.", nameof(LookInterval));
        Require(ListsPerLook >= 1, "ListsPerLook must be 1 or more.", nameof(ListsPerLook));
    }

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}
