using MedStreams.Sinks.Operators;
using MedStreams.Streams;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>Enterprise cards and the operators that they are kept in step with.</summary>
internal static class SynchronisationEntry
{
    /// <summary>Its name, which the application id ends with.</summary>
    public const string Name = "synchronisation";

    public static TopologyEntry Create() => new(Name, "enterprise cards kept in step with operators' APIs, shard by shard", Build);

    private static RunnableTopology Build(TopologySetting setting)
    {
        var options = SynchronisationSettings.ToOptions(setting.Settings);
        var calls = setting.ForDescription
            ? new OperatorCalls(new OperatorApis([], setting.Loggers), setting.Clock)
            : OperatorCalls.Create(setting.Settings, setting.WorkingDirectory, setting.Loggers, setting.Clock);
        var refused = options.CardTopic + ".dead-letter";
        var builder = new StreamsBuilder();
        SynchronisationTopology.Build(builder, options, calls);
        return new RunnableTopology(builder.Build())
        {
            Topics = [.. SynchronisationTopology.Topics(options), refused],
            FixedPartitions = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                [options.StepTopic] = options.Shards,
                [options.StatusTopic] = 1,
                [options.ControlTopic] = 1,
            },
            PartitionsFault = (topic, partitions) => topic == options.StepTopic && partitions != options.Shards
                ? $"The topic {topic} has {partitions} partitions, and Sync:Shards is {options.Shards}: set it to {partitions}, or use another topic."
                : null,
            CompactedTopics = [options.CardTopic, options.StepTopic, options.StatusTopic, options.ControlTopic],
            Configure = config => config with
            {
                DeadLetterTopic = config.DeadLetterTopic ?? refused,
                OnDeserializationError = static _ => ErrorVerdict.DeadLetter,
                OnProcessingError = static error => error.Error is CardException ? ErrorVerdict.DeadLetter : ErrorVerdict.Fail,
            },
            Page = page => SyncView.Of(page, options),
            Resources = [calls],
        };
    }
}
