using MedStreams.Streams;
using MedStreams.Topologies.Forecasts;

namespace MedStreams.Cli.Running.Forecasts;

/// <summary>Cases counted, forecast and watched.</summary>
internal static class ForecastsEntry
{
    public static TopologyEntry Create() =>
        new("forecasts", "cases counted by department and diagnosis, forecast, with an alarm when there are far more than expected", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = ForecastsSettings.ToOptions(setting.Settings);
        var builder = new StreamsBuilder();
        ForecastsTopology.Build(builder, options);
        return new RunnableTopology(builder.Build())
        {
            Topics = ForecastsTopology.Topics(options),
            Configure = config => config with
            {
                DeadLetterTopic = config.DeadLetterTopic ?? options.DeadLetterTopic,
                OnDeserializationError = static _ => ErrorVerdict.DeadLetter,
            },
            Page = page => ForecastsView.Of(page, options),
        };
    }
}
