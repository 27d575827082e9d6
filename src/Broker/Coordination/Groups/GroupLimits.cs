namespace MedStreams.Broker.Coordination;

/// <summary>What a group may ask for and how long its coordinator waits. All times in milliseconds.</summary>
internal sealed record GroupLimits
{
    /// <summary><c>group.min.session.timeout.ms</c>; default 6000.</summary>
    public int MinSessionTimeoutMs { get; init; } = 6_000;

    /// <summary><c>group.max.session.timeout.ms</c>; default 1800000.</summary>
    public int MaxSessionTimeoutMs { get; init; } = 1_800_000;

    /// <summary>
    /// <c>group.initial.rebalance.delay.ms</c>: how long the first generation waits for further members.
    /// Kafka's default is 3000; an embedded broker starts with all its members at hand, so 50.
    /// </summary>
    public int InitialRebalanceDelayMs { get; init; } = 50;

    /// <summary><c>group.max.size</c>; default unlimited.</summary>
    public int MaxSize { get; init; } = int.MaxValue;

    /// <summary><c>offset.metadata.max.bytes</c>, counted in UTF-16 units as Kafka counts; default 4096.</summary>
    public int MaxOffsetMetadata { get; init; } = 4_096;

    /// <summary><c>offsets.retention.minutes</c> in milliseconds; default seven days.</summary>
    public long OffsetsRetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary><c>offsets.retention.check.interval.ms</c>; default 600000.</summary>
    public long OffsetsRetentionCheckMs { get; init; } = 600_000;

    /// <summary>How long a new member may wait in its first JoinGroup; Kafka fixes it at five minutes.</summary>
    public int NewMemberJoinTimeoutMs { get; init; } = 300_000;
}
