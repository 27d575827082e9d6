using System.Globalization;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>What the log has to know of a topic's configuration.</summary>
internal sealed record TopicSettings
{
    /// <summary>The largest segment in bytes.</summary>
    public int SegmentBytes { get; init; } = 1 << 30;

    /// <summary>The age in timestamps after which a segment is closed.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>By how much of it, at most, a segment's age is shortened, so that not all are closed at one time.</summary>
    public TimeSpan SegmentJitter { get; init; }

    /// <summary>The largest index of a segment in bytes; a full one closes the segment.</summary>
    public int IndexBytes { get; init; } = 10 << 20;

    /// <summary>How many bytes lie between two entries of the indexes.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary>The largest batch in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>Whether the broker's clock replaces the producers' timestamps.</summary>
    public bool LogAppendTime { get; init; }

    /// <summary>How far a record's time may lie before that of its appending, where producers' times count.</summary>
    public TimeSpan TimestampBeforeMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>How far a record's time may lie after that of its appending, where producers' times count.</summary>
    public TimeSpan TimestampAfterMax { get; init; } = TimeSpan.MaxValue;

    /// <summary>How records are compressed; null as their producers did.</summary>
    public CompressionType? Compression { get; init; }

    /// <summary>How hard they are compressed, in the numbers of their compression; null as it does by default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>How many copies acks=all asks for. There is one.</summary>
    public int MinInsyncReplicas { get; init; } = 1;

    /// <summary>After how many records they are synced, where nothing is synced otherwise.</summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary>After what time records are synced, where nothing is synced otherwise.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.MaxValue;

    /// <summary>Whether old values of a key may be removed; every record needs a key then.</summary>
    public bool Compact { get; init; }

    /// <summary>Whether old segments are removed.</summary>
    public bool Delete { get; init; } = true;

    /// <summary>The part of a log that must be dirty before it is compacted, from 0 to 1.</summary>
    public double MinCleanableRatio { get; init; } = 0.5;

    /// <summary>How long a record stays as it is at least, where records are compacted.</summary>
    public TimeSpan MinCompactionLag { get; init; }

    /// <summary>How long a record stays as it is at most, where records are compacted.</summary>
    public TimeSpan MaxCompactionLag { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long a tombstone or marker stays after the pass that first met it.</summary>
    public TimeSpan DeleteRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The age after which a segment is closed, so that compaction can come in time too.</summary>
    public TimeSpan LongestAge => Compact && MaxCompactionLag < SegmentAge ? MaxCompactionLag : SegmentAge;

    /// <summary>How long records are kept, by their timestamps, where old segments are removed; null for ever.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>How many bytes a partition keeps, where old segments are removed; null for all.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>How long the files of removed segments stay on the disk, renamed.</summary>
    public TimeSpan FileDeleteDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Reads the configuration of a topic.</summary>
    /// <param name="configs">The topic's own values; all of them are valid.</param>
    /// <param name="defaults">The broker's values for what a topic does not say; Kafka's count where it has none.</param>
    public static TopicSettings From(
        IReadOnlyDictionary<string, string> configs, IReadOnlyDictionary<string, string> defaults)
    {
        var policies = Value(TopicConfigTable.CleanupPolicy).Split(',', StringSplitOptions.TrimEntries);
        return new()
        {
            SegmentBytes = (int)Number(TopicConfigTable.SegmentBytes),
            SegmentAge = Milliseconds(Number(TopicConfigTable.SegmentMs)),
            SegmentJitter = Milliseconds(Number(TopicConfigTable.SegmentJitterMs)),
            IndexBytes = (int)Number(TopicConfigTable.SegmentIndexBytes),
            IndexIntervalBytes = (int)Number(TopicConfigTable.IndexIntervalBytes),
            MaxMessageBytes = (int)Number(TopicConfigTable.MaxMessageBytes),
            TimestampBeforeMax = Milliseconds(FirstNumber(
                TopicConfigTable.MessageTimestampBeforeMaxMs, TopicConfigTable.MessageTimestampDifferenceMaxMs)),
            TimestampAfterMax = Milliseconds(FirstNumber(
                TopicConfigTable.MessageTimestampAfterMaxMs, TopicConfigTable.MessageTimestampDifferenceMaxMs)),
            Compression = CompressionOf(Value(TopicConfigTable.CompressionType)),
            CompressionLevel = LevelName(Value(TopicConfigTable.CompressionType)) is { } level ? (int)Number(level) : null,
            MinInsyncReplicas = (int)Number(TopicConfigTable.MinInsyncReplicas),
            FlushMessages = Number(TopicConfigTable.FlushMessages),
            FlushInterval = Milliseconds(Number(TopicConfigTable.FlushMs)),
            LogAppendTime = Value(TopicConfigTable.MessageTimestampType) == "LogAppendTime",
            Compact = policies.Contains("compact"),
            Delete = policies.Contains("delete"),
            MinCleanableRatio = double.Parse(Value(TopicConfigTable.MinCleanableDirtyRatio), CultureInfo.InvariantCulture),
            MinCompactionLag = Milliseconds(Number(TopicConfigTable.MinCompactionLagMs)),
            MaxCompactionLag = Milliseconds(Number(TopicConfigTable.MaxCompactionLagMs)),
            DeleteRetention = Milliseconds(Number(TopicConfigTable.DeleteRetentionMs)),
            Retention = Number(TopicConfigTable.RetentionMs) is >= 0 and var retention ? Milliseconds(retention) : null,
            RetentionBytes = Number(TopicConfigTable.RetentionBytes) is >= 0 and var bytes ? bytes : null,
            FileDeleteDelay = Milliseconds(Number(TopicConfigTable.FileDeleteDelayMs)),
        };

        string Value(string name) =>
            configs.GetValueOrDefault(name) ?? defaults.GetValueOrDefault(name) ?? TopicConfigTable.All[name].Default!;

        // The older configuration counts where the newer one says nothing.
        long FirstNumber(string name, string older) => Number(name) is < long.MaxValue and var number ? number : Number(older);

        long Number(string name) => long.Parse(Value(name), CultureInfo.InvariantCulture);
    }

    private static CompressionType? CompressionOf(string name) => name switch
    {
        "uncompressed" => CompressionType.None,
        "gzip" => CompressionType.Gzip,
        "snappy" => CompressionType.Snappy,
        "lz4" => CompressionType.Lz4,
        "zstd" => CompressionType.Zstd,
        _ => null,
    };

    private static string? LevelName(string compression) => compression switch
    {
        "gzip" => TopicConfigTable.CompressionGzipLevel,
        "lz4" => TopicConfigTable.CompressionLz4Level,
        "zstd" => TopicConfigTable.CompressionZstdLevel,
        _ => null,
    };

    private static TimeSpan Milliseconds(long value) =>
        value >= TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(value);
}
