using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration;

/// <summary>The migration's topology with the database behind it.</summary>
internal static class MigrationEntry
{
    /// <summary>Its name, which the application id ends with.</summary>
    public const string Name = "migration";

    /// <summary>The sinks' names, by which the database knows their offsets: never to be changed.</summary>
    private const string EventSink = "migration-events-to-postgres";
    private const string AlertSink = "migration-alerts-to-postgres";

    /// <summary>The topology as it is described, and reset. It runs within <c>migrate start</c>, with old and new PACS.</summary>
    public static TopologyEntry Create() => new(Name, "studies on their way from an old PACS to a new one; 'migrate start' runs it", Described);

    /// <summary>Puts it together.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="mover">Does the steps.</param>
    /// <param name="database">Where records are.</param>
    public static RunnableTopology Build(EffectiveSettings settings, IStudyMover mover, MigrationDatabase database)
    {
        var options = MigrationSettings.ToOptions(settings);
        var refused = options.EventTopic + ".dead-letter";
        var builder = new StreamsBuilder();
        var sink = new MigrationSink(database);
        MigrationTopology.Build(builder, options, mover);
        builder.Stream(options.EventTopic, Consumed.With(Serdes.String, new Mapped<MigrationEvent, MigrationChange>(MigrationSerdes.Event, MigrationChanges.Of)) with { Name = "what-happened" })
            .ToSink(EventSink, sink);
        builder.Stream(options.AlertTopic, Consumed.With(Serdes.String, new Mapped<MigrationAlert, MigrationChange>(MigrationSerdes.Alert, MigrationChanges.Of)) with { Name = "what-to-look-at" })
            .ToSink(AlertSink, sink);
        return new RunnableTopology(builder.Build())
        {
            Topics = [.. MigrationTopology.Topics(options), refused, .. settings.Find(MigrationSettings.AuditTopic, out var audit) ? (string[])[audit] : []],
            FixedPartitions = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                [options.TaskTopic] = options.Partitions,
                [options.OutcomeTopic] = options.Partitions,
                [options.StepTopic] = options.Partitions,
                [options.EventTopic] = options.Partitions,
                [options.AlertTopic] = 1,
                [options.ControlTopic] = 1,
            },
            PartitionsFault = (topic, partitions) => PartitionsFault(options, topic, partitions),
            CompactedTopics = [options.ControlTopic],
            Configure = config => config with { DeadLetterTopic = config.DeadLetterTopic ?? refused },
        };
    }

    private static RunnableTopology Described(TopologySetting setting)
    {
        if (!setting.ForDescription)
            throw CliException.Usage("a migration is run by 'medstreams migrate start'");
        var database = MigrationDatabase.Named(PostgresSettings.ToOptions(setting, "pacs-migration"));
        return Build(setting.Settings, new NoMover(), database) with { Resources = [database] };
    }

    private static string? PartitionsFault(MigrationOptions options, string topic, int partitions) =>
        (topic == options.TaskTopic || topic == options.OutcomeTopic) && partitions != options.Partitions
            ? $"The topic {topic} has {partitions} partitions, and Migration:Partitions is {options.Partitions}: set it to {partitions}, or use topics of another broker."
            : null;

    /// <summary>Stands where old and new PACS do not matter: in a description.</summary>
    private sealed class NoMover : IStudyMover
    {
        private static readonly StepResult None = StepResult.Failed(StepFailure.Unavailable, "there is no old and no new PACS");

        public ValueTask<StepResult> CollectAsync(string study, MigrationStep step, CancellationToken cancellationToken) => ValueTask.FromResult(None);

        public ValueTask<StepResult> TransferAsync(string study, MigrationStep step, CancellationToken cancellationToken) => ValueTask.FromResult(None);

        public ValueTask<StepResult> FinishAsync(string study, MigrationStep step, CancellationToken cancellationToken) => ValueTask.FromResult(None);

        public ValueTask<StepResult> RollBackAsync(string study, MigrationStep step, CancellationToken cancellationToken) => ValueTask.FromResult(None);
    }

    /// <summary>Reads one thing as another, so that the topic needs no copy of its own.</summary>
    private sealed class Mapped<TRecord, TRead>(ISerde<TRecord> serde, Func<TRecord, TRead> map) : ISerde<TRead>
    {
        public void Serialize(TRead value, System.Buffers.IBufferWriter<byte> destination, in SerdeContext context) =>
            throw new NotSupportedException("What is read from a topic of events is not written to one.");

        public TRead Deserialize(ReadOnlySpan<byte> data, in SerdeContext context) => map(serde.Deserialize(data, context));
    }
}
