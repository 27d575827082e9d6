using MedStreams.Cli.Configuration;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Running.Recommendations;

/// <summary>How recommendations are made; the meanings are those of <see cref="RecommendationsOptions"/>.</summary>
internal static class RecommendationsSettings
{
    public static Setting<string> PreferenceTopic { get; } =
        new("Recommendations:PreferenceTopic", "Where preferences come from, by user; not compacted", Rules.TopicName, "preferences");

    public static Setting<string> RecommendationTopic { get; } =
        new("Recommendations:RecommendationTopic", "Where recommendations go, by user", Rules.TopicName, "recommendations");

    public static Setting<string> DeadLetterTopic { get; } =
        new("Recommendations:DeadLetterTopic", "Where records go that are no preference", Rules.TopicName, "preferences.dead-letter");

    public static Setting<int> Partitions { get; } =
        new("Recommendations:Partitions", "How many tasks share the work; each has all preferences. To be changed with a reset only", Rules.Integer(1, 100), "4");

    public static Setting<SimilarityKind> Similarity { get; } =
        new("Recommendations:Similarity", "How alike users are", Rules.OneOf([.. Enum.GetValues<SimilarityKind>().Select(k => (Recommender.NameOf(k), k))]), "euclidean");

    public static Setting<Neighbourhood> Neighbourhood { get; } =
        new("Recommendations:Neighbourhood", "Who counts as a neighbour",
            new Rule<Neighbourhood>("nearest:N with N from 1 to 10000, or threshold:S with S from -1 to 1", Topologies.Recommendations.Neighbourhood.TryParse), "nearest:25");

    public static Setting<int> Count { get; } =
        new("Recommendations:Count", "How many items are recommended at most", Rules.Integer(1, 1000), "10");

    public static Setting<TimeSpan> Window { get; } =
        new("Recommendations:Window", "How long a user's list holds at least before it is worked out again", Rules.Duration(TimeSpan.Zero), "1 min");

    public static Setting<int> RatersPerItem { get; } =
        new("Recommendations:RatersPerItem", "How many users of one item count for similarities", Rules.Integer(2, 100_000), "500");

    public static Setting<int> ItemsPerUser { get; } =
        new("Recommendations:ItemsPerUser", "How many items a user may have; what goes beyond is refused", Rules.Integer(1, 100_000), "1000");

    public static Setting<TimeSpan> LookInterval { get; } =
        new("Recommendations:LookInterval", "How often lists that are due are looked for", Rules.Duration(TimeSpan.FromMilliseconds(10)), "200 ms");

    public static Setting<int> ListsPerLook { get; } =
        new("Recommendations:ListsPerLook", "How many lists a task works out at one look; the rest waits for the next", Rules.Integer(1), "200");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        PreferenceTopic, RecommendationTopic, DeadLetterTopic, Partitions, Similarity, Neighbourhood, Count, Window, RatersPerItem, ItemsPerUser, LookInterval, ListsPerLook,
    ];

    /// <summary>The topology's options.</summary>
    public static RecommendationsOptions ToOptions(EffectiveSettings settings) => new()
    {
        PreferenceTopic = settings.Get(PreferenceTopic),
        RecommendationTopic = settings.Get(RecommendationTopic),
        DeadLetterTopic = settings.Get(DeadLetterTopic),
        Partitions = settings.Get(Partitions),
        Similarity = settings.Get(Similarity),
        Neighbourhood = settings.Get(Neighbourhood),
        Count = settings.Get(Count),
        Window = settings.Get(Window),
        RatersPerItem = settings.Get(RatersPerItem),
        ItemsPerUser = settings.Get(ItemsPerUser),
        LookInterval = settings.Get(LookInterval),
        ListsPerLook = settings.Get(ListsPerLook),
    };
}
