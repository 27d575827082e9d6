using MedStreams.Streams;

namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// Recommendations from preferences as they come (S5.5), in two stages:
/// <list type="number">
/// <item>reading, by user: what is no preference is refused; each preference goes to all tasks of the second stage;</item>
/// <item>recommending: each task has all preferences, and works out the lists of those users whose partition it has.</item>
/// </list>
/// A list is worked out when a preference came that may change it, at most once a window, and written when it says something else than before. When no more
/// preferences come, each list is what it would be if everything were worked out anew.
/// </summary>
public static class RecommendationsTopology
{
    /// <summary>The lists, <see cref="RecommendationList"/> by user; may be queried. <see cref="RecommendationsOptions.AnyUser"/> is whoever is unknown.</summary>
    public const string ListStore = "recommendations";

    /// <summary>
    /// How well recommendations fit, <see cref="RecommendationScore"/> by user; each partition has its sum under <see cref="RecommendationsOptions.AnyUser"/>. May be
    /// queried.
    /// </summary>
    public const string ScoreStore = "recommendation-scores";

    internal const string PreferenceStore = "preferences-of-all";
    internal const string RefusalHeader = "preference.refusal";

    /// <summary>Adds the topology to a builder.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static void Build(StreamsBuilder builder, RecommendationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(PreferenceStore), PreferenceKeySerde.Instance, Serdes.Double.Nullable()));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(ListStore), Serdes.String, RecommendationSerdes.List));
        builder.AddStateStore(Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(ScoreStore), Serdes.String, RecommendationSerdes.Score));

        var dead = Produced.With(Serdes.String, Serdes.Bytes);
        var read = builder
            .Stream(options.PreferenceTopic, Consumed.With(Serdes.String, Serdes.Bytes) with { Name = "preferences" })
            .Process(() => new PreferenceReader(options.Partitions), Named.As("read"));
        read.Filter((_, value) => value.Refused is not null, "are-no-preferences")
            .MapValues(value => value.Refused!, "bytes-of-no-preference")
            .To(options.DeadLetterTopic, dead with { Name = "no-preferences" });

        var output = read.Filter((_, value) => value.Refused is null, "are-preferences")
            .MapValues(value => value.Change, "changes")
            .Repartition(new Repartitioned<string, PreferenceChange>
            {
                Name = "preferences-for-all",
                KeySerde = Serdes.String,
                ValueSerde = PreferenceChangeSerde.Instance,
                NumberOfPartitions = options.Partitions,
                Partitioner = static (_, _, change, _) => change.Target,
            })
            .Process(() => new RecommendationProcessor(options), Named.As("recommend"), [PreferenceStore, ListStore, ScoreStore]);
        output.Filter((_, value) => value.Refused is not null, "are-too-many")
            .MapValues(value => value.Refused!, "bytes-of-too-many")
            .To(options.DeadLetterTopic, dead with { Name = "too-many" });
        output.Filter((_, value) => value.Refused is null, "are-lists")
            .MapValues(value => value.List!, "lists")
            .To(options.RecommendationTopic, Produced.With(Serdes.String, RecommendationSerdes.List) with { Name = "recommendations-of-users" });
    }

    /// <summary>The lists as a stream, in a sub-topology of their own: what a sink hangs on.</summary>
    public static KStream<string, RecommendationList> Lists(StreamsBuilder builder, RecommendationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        return builder.Stream(
            options.RecommendationTopic, Consumed.With(Serdes.String, RecommendationSerdes.List) with { Name = "lists-of-users" });
    }

    /// <summary>All topics that the topology reads and writes, those that the engine makes for itself left out.</summary>
    public static IReadOnlyList<string> Topics(RecommendationsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [options.PreferenceTopic, options.RecommendationTopic, options.DeadLetterTopic];
    }
}
