using MedStreams.Cli.Configuration;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Cli.Running.RangeStatistics;

/// <summary>The range statistics with their table in PostgreSQL.</summary>
internal static class RangeStatisticsEntry
{
    /// <summary>The sink's name, by which the database knows its offsets: never to be changed.</summary>
    private const string SinkName = "range-statistics-to-postgres";

    public static TopologyEntry Create() =>
        new("range-statistics", "statistics of ranges of modules that never mix two rounds, in PostgreSQL", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = RangeStatisticsSettings.ToOptions(setting.Settings);
        var sink = new PostgresSink<string, RangeResult>(
            PostgresSettings.ToOptions(setting, RangeStatisticsTable.Scope), RangeStatisticsTable.Create());
        var builder = new StreamsBuilder();
        RangeStatisticsTopology.Build(builder, options);
        RangeStatisticsTopology.Results(builder, options).ToSink(SinkName, sink);
        return new RunnableTopology(builder.Build())
        {
            Topics = RangeStatisticsTopology.Topics(options),
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? options.DeadLetterTopic },
            Page = page => RangesView.Of(page, options),
            Resources = [sink],
        };
    }
}
