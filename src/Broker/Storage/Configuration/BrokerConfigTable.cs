namespace MedStreams.Broker.Storage;

/// <summary>A configuration of the broker.</summary>
/// <param name="Rule">Kafka's name, the type and the default.</param>
/// <param name="IsDynamic">Whether it can be altered while the broker runs.</param>
/// <param name="Topic">The topic configuration whose default it is; null when it is none's.</param>
internal sealed record BrokerConfig(ConfigRule Rule, bool IsDynamic, string? Topic = null);

/// <summary>
/// The configurations of the broker that clients and tools may see: Kafka's names, types and defaults (its broker
/// configuration reference, 3.9).
/// </summary>
internal static class BrokerConfigTable
{
    public const string CleanerBackoffMs = "log.cleaner.backoff.ms";
    public const string CleanerDedupeBufferSize = "log.cleaner.dedupe.buffer.size";
    public const string CleanerEnable = "log.cleaner.enable";
    public const string CleanerBufferLoadFactor = "log.cleaner.io.buffer.load.factor";
    public const string CleanerBufferSize = "log.cleaner.io.buffer.size";
    public const string RetentionCheckIntervalMs = "log.retention.check.interval.ms";
    public const string MaxConnections = "max.connections";
    public const string MaxConnectionsPerIp = "max.connections.per.ip";
    public const string OffsetsRetentionCheckIntervalMs = "offsets.retention.check.interval.ms";
    public const string PartitionVerificationEnable = "transaction.partition.verification.enable";
    public const string ProducerIdExpirationMs = "producer.id.expiration.ms";
    private const string Longest = "9223372036854775807";
    private const string FormatVersion = "message.format.version";

    private static readonly Dictionary<string, string> NamesOfTopicDefaults = new()
    {
        [TopicConfigTable.CleanupPolicy] = "log.cleanup.policy",
        [TopicConfigTable.CompressionGzipLevel] = "compression.gzip.level",
        [TopicConfigTable.CompressionLz4Level] = "compression.lz4.level",
        [TopicConfigTable.CompressionType] = "compression.type",
        [TopicConfigTable.CompressionZstdLevel] = "compression.zstd.level",
        [TopicConfigTable.DeleteRetentionMs] = "log.cleaner.delete.retention.ms",
        [TopicConfigTable.FileDeleteDelayMs] = "log.segment.delete.delay.ms",
        [TopicConfigTable.FlushMessages] = "log.flush.interval.messages",
        [TopicConfigTable.FlushMs] = "log.flush.interval.ms",
        [TopicConfigTable.IndexIntervalBytes] = "log.index.interval.bytes",
        [TopicConfigTable.MaxCompactionLagMs] = "log.cleaner.max.compaction.lag.ms",
        [TopicConfigTable.MaxMessageBytes] = "message.max.bytes",
        [TopicConfigTable.MessageTimestampAfterMaxMs] = "log.message.timestamp.after.max.ms",
        [TopicConfigTable.MessageTimestampBeforeMaxMs] = "log.message.timestamp.before.max.ms",
        [TopicConfigTable.MessageTimestampDifferenceMaxMs] = "log.message.timestamp.difference.max.ms",
        [TopicConfigTable.MessageTimestampType] = "log.message.timestamp.type",
        [TopicConfigTable.MinCleanableDirtyRatio] = "log.cleaner.min.cleanable.ratio",
        [TopicConfigTable.MinCompactionLagMs] = "log.cleaner.min.compaction.lag.ms",
        [TopicConfigTable.MinInsyncReplicas] = "min.insync.replicas",
        [TopicConfigTable.RetentionBytes] = "log.retention.bytes",
        [TopicConfigTable.RetentionMs] = "log.retention.ms",
        [TopicConfigTable.SegmentBytes] = "log.segment.bytes",
        [TopicConfigTable.SegmentIndexBytes] = "log.index.size.max.bytes",
        [TopicConfigTable.SegmentJitterMs] = "log.roll.jitter.ms",
        [TopicConfigTable.SegmentMs] = "log.roll.ms",
        ["message.downconversion.enable"] = "log.message.downconversion.enable",
        ["local.retention.bytes"] = "log.local.retention.bytes",
        ["local.retention.ms"] = "log.local.retention.ms",
        [FormatVersion] = "log.message.format.version",
        ["preallocate"] = "log.preallocate",
        ["unclean.leader.election.enable"] = "unclean.leader.election.enable",
    };

    /// <summary>All configurations by name.</summary>
    public static IReadOnlyDictionary<string, BrokerConfig> All { get; } = OfTopics()
        .Concat(
        [
            Fixed("auto.create.topics.enable", ConfigType.Boolean, "true"),
            Fixed("broker.id", ConfigType.Int32, "-1"),
            Fixed("default.replication.factor", ConfigType.Int32, "1"),
            Fixed("group.initial.rebalance.delay.ms", ConfigType.Int32, "3000"),
            Fixed("group.max.session.timeout.ms", ConfigType.Int32, "1800000"),
            Fixed("group.min.session.timeout.ms", ConfigType.Int32, "6000"),
            new(new(CleanerBackoffMs, ConfigType.Int64, "15000") { Minimum = 10, Maximum = 86_400_000 }, IsDynamic: true),
            new(new(CleanerDedupeBufferSize, ConfigType.Int64, "134217728") { Minimum = KeyOffsets.SlotBytes * 2 }, IsDynamic: true),
            new(new(CleanerEnable, ConfigType.Boolean, "true"), IsDynamic: false),
            new(new(CleanerBufferLoadFactor, ConfigType.Double, "0.9") { Minimum = 0.01, Maximum = 0.99 }, IsDynamic: true),
            new(new(CleanerBufferSize, ConfigType.Int32, "524288") { Minimum = 1024 }, IsDynamic: true),
            Fixed("log.dirs", ConfigType.Text, null),
            Fixed(RetentionCheckIntervalMs, ConfigType.Int64, "300000"),
            Fixed("log.retention.hours", ConfigType.Int32, "168"),
            Fixed("log.roll.hours", ConfigType.Int32, "168"),
            Fixed("num.partitions", ConfigType.Int32, "1"),
            Fixed(OffsetsRetentionCheckIntervalMs, ConfigType.Int64, "600000"),
            Fixed("offsets.retention.minutes", ConfigType.Int32, "10080"),
            Fixed("offsets.topic.num.partitions", ConfigType.Int32, "50"),
            new(new(ProducerIdExpirationMs, ConfigType.Int32, "86400000") { Minimum = 1 }, IsDynamic: true),
            Fixed("socket.request.max.bytes", ConfigType.Int32, "104857600"),
            Fixed("transaction.abort.timed.out.transaction.cleanup.interval.ms", ConfigType.Int32, "10000"),
            Fixed("transaction.max.timeout.ms", ConfigType.Int32, "900000"),
            new(new(PartitionVerificationEnable, ConfigType.Boolean, "true"), IsDynamic: true),
            Fixed("transaction.remove.expired.transaction.cleanup.interval.ms", ConfigType.Int32, "3600000"),
            Fixed("transaction.state.log.num.partitions", ConfigType.Int32, "50"),
            Fixed("transactional.id.expiration.ms", ConfigType.Int32, "604800000"),
        ])
        .Concat(OfSecurity())
        .Concat(WithoutEffect())
        .ToDictionary(config => config.Rule.Name);

    /// <summary>The broker's configuration that is a topic configuration's default; null when there is none.</summary>
    public static BrokerConfig? DefaultOf(string topicConfig) =>
        NamesOfTopicDefaults.TryGetValue(topicConfig, out var name) ? All[name] : null;

    /// <summary>What is wrong with a value; null when nothing is.</summary>
    public static string? Fault(string name, string? value)
    {
        if (!All.TryGetValue(name, out var config))
            return $"Unknown broker config name: {name}";
        return value is not null && config.Rule.Allows(value) ? null : $"Invalid value {value ?? "null"} for configuration {name}";
    }

    private static IEnumerable<BrokerConfig> OfTopics() => NamesOfTopicDefaults.Select(names =>
    {
        var rule = TopicConfigTable.All[names.Key];

        // Where Kafka has hours, the configuration in milliseconds has no default of its own.
        var hasHours = names.Key is TopicConfigTable.RetentionMs or TopicConfigTable.SegmentMs;
        return new BrokerConfig(rule with { Name = names.Value, Default = hasHours ? null : rule.Default }, IsDynamic: names.Key != FormatVersion, names.Key);
    });

    /// <summary>Listeners, keys, users, rules and limits of connections.</summary>
    private static BrokerConfig[] OfSecurity() =>
    [
        Fixed("allow.everyone.if.no.acl.found", ConfigType.Boolean, "false"),
        Fixed("connection.failed.authentication.delay.ms", ConfigType.Int32, "100"),
        Fixed("connections.max.idle.ms", ConfigType.Int64, "600000"),
        Fixed("connections.max.reauth.ms", ConfigType.Int64, "0"),
        Fixed("listener.security.protocol.map", ConfigType.Text, "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL"),
        Fixed("listeners", ConfigType.Text, "PLAINTEXT://:9092"),
        Number(MaxConnections, ConfigType.Int32, "2147483647", 1),
        Number(MaxConnectionsPerIp, ConfigType.Int32, "2147483647", 1),
        Fixed("queued.max.request.bytes", ConfigType.Int64, "-1"),
        Fixed("sasl.enabled.mechanisms", ConfigType.List, "GSSAPI"),
        Fixed("sasl.server.max.receive.size", ConfigType.Int32, "524288"),
        Fixed("ssl.client.auth", ConfigType.Text, "none"),
        Fixed("ssl.key.password", ConfigType.Password, null),
        Fixed("ssl.keystore.key", ConfigType.Password, null),
        Fixed("ssl.keystore.location", ConfigType.Text, null),
        Fixed("ssl.keystore.password", ConfigType.Password, null),
        Fixed("ssl.keystore.type", ConfigType.Text, "JKS"),
        Fixed("ssl.principal.mapping.rules", ConfigType.Text, "DEFAULT"),
        Fixed("ssl.truststore.location", ConfigType.Text, null),
        Fixed("ssl.truststore.password", ConfigType.Password, null),
        Fixed("super.users", ConfigType.Text, ""),
    ];

    /// <summary>What Kafka lets operators alter and one node without replicas has no use for: taken, kept and shown.</summary>
    private static BrokerConfig[] WithoutEffect() =>
    [
        Number("background.threads", ConfigType.Int32, "10", 1),
        Number("follower.replication.throttled.rate", ConfigType.Int64, Longest, 0),
        Number("leader.replication.throttled.rate", ConfigType.Int64, Longest, 0),
        Number("log.cleaner.threads", ConfigType.Int32, "1", 0),
        Number("num.io.threads", ConfigType.Int32, "8", 1),
        Number("num.network.threads", ConfigType.Int32, "3", 1),
        Number("num.recovery.threads.per.data.dir", ConfigType.Int32, "1", 1),
        Number("num.replica.fetchers", ConfigType.Int32, "1", 0),
        Number("remote.fetch.max.wait.ms", ConfigType.Int32, "500", 1),
        Number("remote.log.index.file.cache.total.size.bytes", ConfigType.Int64, "1073741824", 1),
        Number("remote.log.manager.copy.max.bytes.per.second", ConfigType.Int64, Longest, 1),
        Number("remote.log.manager.fetch.max.bytes.per.second", ConfigType.Int64, Longest, 1),
        Number("replica.alter.log.dirs.io.max.bytes.per.second", ConfigType.Int64, Longest, 0),
    ];

    private static BrokerConfig Number(string name, ConfigType type, string fallback, double minimum) =>
        new(new(name, type, fallback) { Minimum = minimum }, IsDynamic: true);

    private static BrokerConfig Fixed(string name, ConfigType type, string? fallback) => new(new(name, type, fallback), IsDynamic: false);
}
