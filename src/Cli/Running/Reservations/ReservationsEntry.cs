using MedStreams.Cli.Configuration;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Topologies.Reservations;

namespace MedStreams.Cli.Running.Reservations;

/// <summary>Reservations and associations with their table in PostgreSQL.</summary>
internal static class ReservationsEntry
{
    /// <summary>The sink's name, by which the database knows its offsets: never to be changed.</summary>
    private const string SinkName = "reservations-to-postgres";

    public static TopologyEntry Create() =>
        new("reservations", "reservations and associations of HL7 messages brought together, in PostgreSQL", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = ReservationsSettings.ToOptions(setting.Settings);
        var sink = new PostgresSink<string, ReservationState>(
            PostgresSettings.ToOptions(setting, ReservationsTable.Scope), ReservationsTable.Create());
        var refused = options.StateTopic + ".dead-letter";
        var builder = new StreamsBuilder();
        ReservationsTopology.Build(builder, options);
        ReservationsTopology.States(builder, options).ToSink(SinkName, sink);
        return new RunnableTopology(builder.Build())
        {
            Topics = [.. ReservationsTopology.Topics(options), refused],
            FixedPartitions = new Dictionary<string, int>(StringComparer.Ordinal) { [options.ByNumberTopic] = options.Partitions },
            PartitionsFault = (_, partitions) => options.PartitionsFault(partitions),
            CompactedTopics = [options.StateTopic],
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? refused },
            Page = page => ReservationsView.Of(page, options),
            Resources = [sink],
        };
    }
}
