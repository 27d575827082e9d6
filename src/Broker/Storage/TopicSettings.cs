namespace MedStreams.Broker.Storage;

/// <summary>What the log has to know of a topic's configuration.</summary>
internal sealed record TopicSettings
{
    /// <summary>The largest segment in bytes.</summary>
    public int SegmentBytes { get; init; } = 1 << 30;

    /// <summary>The age in timestamps after which a segment is closed.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many bytes lie between two entries of the indexes.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary>The largest batch in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary>Whether the broker's clock replaces the producers' timestamps.</summary>
    public bool LogAppendTime { get; init; }

    /// <summary>Whether old values of a key are removed; every record needs a key then.</summary>
    public bool Compact { get; init; }

    /// <summary>Whether old segments are removed.</summary>
    public bool Delete { get; init; } = true;
}
