using MedStreams.Cli.Configuration;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.Increments;

namespace MedStreams.Cli.Running.Increments;

/// <summary>The increments topology with its table in PostgreSQL.</summary>
internal static class IncrementsEntry
{
    /// <summary>The sink's name, by which the database knows its offsets: never to be changed.</summary>
    private const string SinkName = "increments-to-postgres";

    public static TopologyEntry Create() =>
        new("increments", "hospital logs to exact counts per product, event type and minute, in PostgreSQL", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = IncrementsSettings.ToOptions(setting.Settings, setting.ForDescription);
        var sink = new PostgresSink<string, IncrementRow>(
            PostgresSettings.ToOptions(setting, IncrementsTable.Scope), IncrementsTable.Create());
        var refused = options.IncrementsTopic + ".dead-letter";
        var builder = new StreamsBuilder();
        IncrementsTopology.Build(builder, options);
        IncrementsTopology.Increments(builder, options).ToSink(SinkName, sink);
        return new RunnableTopology(builder.Build())
        {
            Topics = [.. IncrementsTopology.Topics(options), refused],
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? refused },
            Page = page => IncrementsView.Of(page, options),
            DeadLetterTopics = [options.DeadLetterTopic],
            Resources = [sink],
        };
    }
}
