using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.Cli.Running.Recommendations;

/// <summary>Recommendations from preferences as they come.</summary>
internal static class RecommendationsEntry
{
    public static TopologyEntry Create() =>
        new("recommendations", "recommendations to users by what similar users prefer, kept up as preferences come", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = RecommendationsSettings.ToOptions(setting.Settings);
        var builder = new StreamsBuilder();
        RecommendationsTopology.Build(builder, options);
        return new RunnableTopology(builder.Build())
        {
            Topics = RecommendationsTopology.Topics(options),
            CompactedTopics = [options.RecommendationTopic],
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? options.DeadLetterTopic },
            Page = RecommendationsView.Of,
        };
    }
}
