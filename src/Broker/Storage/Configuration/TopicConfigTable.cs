using System.Globalization;
using System.Text.RegularExpressions;

namespace MedStreams.Broker.Storage;

/// <summary>
/// The configurations of topics: Kafka's names, types and defaults (its topic configuration reference, 3.9). Those that
/// speak of replicas, of remote storage or of formats that nobody writes any more are taken, kept and shown as Kafka
/// does, and have no effect on one node.
/// </summary>
internal static partial class TopicConfigTable
{
    public const string CleanupPolicy = "cleanup.policy";
    public const string CompressionGzipLevel = "compression.gzip.level";
    public const string CompressionLz4Level = "compression.lz4.level";
    public const string CompressionType = "compression.type";
    public const string CompressionZstdLevel = "compression.zstd.level";
    public const string DeleteRetentionMs = "delete.retention.ms";
    public const string FileDeleteDelayMs = "file.delete.delay.ms";
    public const string FlushMessages = "flush.messages";
    public const string FlushMs = "flush.ms";
    public const string IndexIntervalBytes = "index.interval.bytes";
    public const string MaxCompactionLagMs = "max.compaction.lag.ms";
    public const string MaxMessageBytes = "max.message.bytes";
    public const string MessageTimestampAfterMaxMs = "message.timestamp.after.max.ms";
    public const string MessageTimestampBeforeMaxMs = "message.timestamp.before.max.ms";
    public const string MessageTimestampDifferenceMaxMs = "message.timestamp.difference.max.ms";
    public const string MessageTimestampType = "message.timestamp.type";
    public const string MinCleanableDirtyRatio = "min.cleanable.dirty.ratio";
    public const string MinCompactionLagMs = "min.compaction.lag.ms";
    public const string MinInsyncReplicas = "min.insync.replicas";
    public const string RetentionBytes = "retention.bytes";
    public const string RetentionMs = "retention.ms";
    public const string SegmentBytes = "segment.bytes";
    public const string SegmentIndexBytes = "segment.index.bytes";
    public const string SegmentJitterMs = "segment.jitter.ms";
    public const string SegmentMs = "segment.ms";

    private const string Longest = "9223372036854775807";

    /// <summary>All configurations by name.</summary>
    public static IReadOnlyDictionary<string, ConfigRule> All { get; } = new[]
    {
        List(CleanupPolicy, "delete", "compact", "delete"),
        Int32(CompressionGzipLevel, "-1", -1) with { Maximum = 9, Except = 0 },
        Int32(CompressionLz4Level, "9", 1) with { Maximum = 17 },
        Text(CompressionType, "producer", "uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
        Int32(CompressionZstdLevel, "3", -131072) with { Maximum = 22 },
        Int64(DeleteRetentionMs, "86400000", 0),
        Int64(FileDeleteDelayMs, "60000", 0),
        Int64(FlushMessages, Longest, 1),
        Int64(FlushMs, Longest, 0),
        List("follower.replication.throttled.replicas", "") with { Form = AreReplicas },
        Int32(IndexIntervalBytes, "4096", 0),
        List("leader.replication.throttled.replicas", "") with { Form = AreReplicas },
        Int64("local.retention.bytes", "-2", -2),
        Int64("local.retention.ms", "-2", -2),
        Int64(MaxCompactionLagMs, Longest, 1),
        Int32(MaxMessageBytes, "1048588", 0),
        Boolean("message.downconversion.enable", "true"),
        Text("message.format.version", "3.0-IV1") with { Form = value => KafkaVersion().IsMatch(value) },
        Int64(MessageTimestampAfterMaxMs, Longest, 0),
        Int64(MessageTimestampBeforeMaxMs, Longest, 0),
        Int64(MessageTimestampDifferenceMaxMs, Longest, 0),
        Text(MessageTimestampType, "CreateTime", "CreateTime", "LogAppendTime"),
        new(MinCleanableDirtyRatio, ConfigType.Double, "0.5") { Minimum = 0, Maximum = 1 },
        Int64(MinCompactionLagMs, "0", 0),
        Int32(MinInsyncReplicas, "1", 1),
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
    /// <param name="configs">The topic's own values, each name once.</param>
    /// <param name="defaults">The broker's values for what it does not say; Kafka's count where there is none.</param>
    public static string? Fault(
        IReadOnlyCollection<KeyValuePair<string, string?>> configs, IReadOnlyDictionary<string, string>? defaults = null)
    {
        foreach (var (name, value) in configs)
        {
            if (!All.TryGetValue(name, out var config))
                return $"Unknown topic config name: {name}";
            if (value is null || !config.Allows(value))
                return $"Invalid value {value ?? "null"} for configuration {name}";
            if (name == "remote.storage.enable" && bool.Parse(value))
                return "There is no remote storage: Tiered Storage functionality is disabled in the broker.";
        }

        var (least, most) = (Number(MinCompactionLagMs), Number(MaxCompactionLagMs));
        return least > most ? $"{MinCompactionLagMs} ({least}) is larger than {MaxCompactionLagMs} ({most})" : null;

        long Number(string name) => long.Parse(
            configs.LastOrDefault(config => config.Key == name).Value ?? defaults?.GetValueOrDefault(name) ?? All[name].Default!,
            CultureInfo.InvariantCulture);
    }

    /// <summary>All replicas (<c>*</c>), or some of them as partition and broker: <c>0:1,1:1</c>.</summary>
    private static bool AreReplicas(string value) => value.Trim() == "*" || ConfigRule.Split(value).All(replica => Replica().IsMatch(replica));

    [GeneratedRegex("^[0-9]+:[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Replica();

    /// <summary>A version of Kafka or of its metadata, such as 2.8, 2.8.0 and 3.0-IV1.</summary>
    [GeneratedRegex(@"^[0-9]+\.[0-9]+(\.[0-9]+)*(-IV[0-9]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex KafkaVersion();

    private static ConfigRule Boolean(string name, string fallback) => new(name, ConfigType.Boolean, fallback);

    private static ConfigRule Int32(string name, string fallback, int minimum) =>
        new(name, ConfigType.Int32, fallback) { Minimum = minimum };

    private static ConfigRule Int64(string name, string fallback, long minimum) =>
        new(name, ConfigType.Int64, fallback) { Minimum = minimum };

    private static ConfigRule Text(string name, string fallback, params string[] values) =>
        new(name, ConfigType.Text, fallback) { Values = values };

    private static ConfigRule List(string name, string fallback, params string[] values) =>
        new(name, ConfigType.List, fallback) { Values = values };
}
