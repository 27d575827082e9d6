using System.Globalization;

namespace MedStreams.Broker.Storage;

/// <summary>The types of configuration values, by their numbers in DescribeConfigs.</summary>
internal enum ConfigType : sbyte
{
    Boolean = 1,
    Text = 2,
    Int32 = 3,
    Int64 = 5,
    Double = 6,
    List = 7,
}

/// <summary>One configuration that a topic may have.</summary>
/// <param name="Name">Kafka's name.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Default">Kafka's default.</param>
/// <param name="Minimum">The smallest number.</param>
/// <param name="Values">The texts that are allowed, alone or, in a list, together; empty when any is.</param>
internal sealed record TopicConfig(string Name, ConfigType Type, string Default, double Minimum, string[] Values)
{
    /// <summary>Whether a value is one that this configuration may have.</summary>
    public bool Allows(string value) => Type switch
    {
        ConfigType.Boolean => bool.TryParse(value, out _),
        ConfigType.Int32 => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= Minimum,
        ConfigType.Int64 => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= Minimum,
        ConfigType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= Minimum && number <= 1,
        ConfigType.List => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).All(IsKnown),
        _ => IsKnown(value),
    };

    private bool IsKnown(string value) => Values.Length == 0 || Values.Contains(value);
}

/// <summary>
/// The configurations of topics: Kafka's names, types and defaults (its topic configuration reference, 3.9). Those that
/// speak of replicas or of remote storage are kept and shown, and have no effect on one node; nor have, so far, those of
/// compression by the broker and limits of timestamps.
/// </summary>
internal static class TopicConfigTable
{
    public const string CleanupPolicy = "cleanup.policy";
    public const string DeleteRetentionMs = "delete.retention.ms";
    public const string FileDeleteDelayMs = "file.delete.delay.ms";
    public const string IndexIntervalBytes = "index.interval.bytes";
    public const string MaxCompactionLagMs = "max.compaction.lag.ms";
    public const string MaxMessageBytes = "max.message.bytes";
    public const string MessageTimestampType = "message.timestamp.type";
    public const string MinCleanableDirtyRatio = "min.cleanable.dirty.ratio";
    public const string MinCompactionLagMs = "min.compaction.lag.ms";
    public const string RetentionBytes = "retention.bytes";
    public const string RetentionMs = "retention.ms";
    public const string SegmentBytes = "segment.bytes";
    public const string SegmentIndexBytes = "segment.index.bytes";
    public const string SegmentJitterMs = "segment.jitter.ms";
    public const string SegmentMs = "segment.ms";

    private const string Longest = "9223372036854775807";

    /// <summary>All configurations by name.</summary>
    public static IReadOnlyDictionary<string, TopicConfig> All { get; } = new[]
    {
        List(CleanupPolicy, "delete", "compact", "delete"),
        Int32("compression.gzip.level", "-1", -1),
        Int32("compression.lz4.level", "9", 1),
        Text("compression.type", "producer", "uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
        Int32("compression.zstd.level", "3", -131072),
        Int64(DeleteRetentionMs, "86400000", 0),
        Int64(FileDeleteDelayMs, "60000", 0),
        Int64("flush.messages", Longest, 1),
        Int64("flush.ms", Longest, 0),
        List("follower.replication.throttled.replicas", ""),
        Int32(IndexIntervalBytes, "4096", 0),
        List("leader.replication.throttled.replicas", ""),
        Int64("local.retention.bytes", "-2", -2),
        Int64("local.retention.ms", "-2", -2),
        Int64(MaxCompactionLagMs, Longest, 1),
        Int32(MaxMessageBytes, "1048588", 0),
        Boolean("message.downconversion.enable", "true"),
        Text("message.format.version", "3.0-IV1"),
        Int64("message.timestamp.after.max.ms", Longest, 0),
        Int64("message.timestamp.before.max.ms", Longest, 0),
        Int64("message.timestamp.difference.max.ms", Longest, 0),
        Text(MessageTimestampType, "CreateTime", "CreateTime", "LogAppendTime"),
        new(MinCleanableDirtyRatio, ConfigType.Double, "0.5", 0, []),
        Int64(MinCompactionLagMs, "0", 0),
        Int32("min.insync.replicas", "1", 1),
        Boolean("preallocate", "false"),
        Boolean("remote.log.copy.disable", "false"),
        Boolean("remote.log.delete.on.disable", "false"),
        Boolean("remote.storage.enable", "false"),
        Int64(RetentionBytes, "-1", long.MinValue),
        Int64(RetentionMs, "604800000", -1),
        Int32(SegmentBytes, "1073741824", 14),
        Int32(SegmentIndexBytes, "10485760", 4),
        Int64(SegmentJitterMs, "0", 0),
        Int64(SegmentMs, "604800000", 1),
        Boolean("unclean.leader.election.enable", "false"),
    }.ToDictionary(config => config.Name);

    /// <summary>What is wrong with a topic's configuration; null when nothing is.</summary>
    public static string? Fault(IEnumerable<KeyValuePair<string, string?>> configs)
    {
        foreach (var (name, value) in configs)
        {
            if (!All.TryGetValue(name, out var config))
                return $"Unknown topic config name: {name}";
            if (value is null || !config.Allows(value))
                return $"Invalid value {value ?? "null"} for configuration {name}";
        }

        return null;
    }

    private static TopicConfig Boolean(string name, string fallback) => new(name, ConfigType.Boolean, fallback, 0, []);

    private static TopicConfig Int32(string name, string fallback, int minimum) =>
        new(name, ConfigType.Int32, fallback, minimum, []);

    private static TopicConfig Int64(string name, string fallback, long minimum) =>
        new(name, ConfigType.Int64, fallback, minimum, []);

    private static TopicConfig Text(string name, string fallback, params string[] values) =>
        new(name, ConfigType.Text, fallback, 0, values);

    private static TopicConfig List(string name, string fallback, params string[] values) =>
        new(name, ConfigType.List, fallback, 0, values);
}
