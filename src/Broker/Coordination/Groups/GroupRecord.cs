using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>Something that a group writes to <c>__consumer_offsets</c>.</summary>
internal abstract record GroupRecord;

/// <summary>A committed offset; null removes it.</summary>
internal sealed record OffsetRecord(TopicPartition Partition, CommittedOffset? Value) : GroupRecord;

/// <summary>The members and assignments of a generation; null removes the group.</summary>
internal sealed record GroupImageRecord(GroupImage? Image) : GroupRecord;

/// <summary>A consumer's position as it committed it.</summary>
/// <param name="Offset">The next offset to read.</param>
/// <param name="LeaderEpoch">The leader epoch of the last record read, -1 when unknown.</param>
/// <param name="Metadata">The client's own text.</param>
/// <param name="CommitUtcMs">When it was committed.</param>
/// <param name="ExpireUtcMs">When it expires, for old clients that say so themselves; else -1.</param>
internal sealed record CommittedOffset(
    long Offset, int LeaderEpoch, string Metadata, long CommitUtcMs, long ExpireUtcMs = -1);

/// <summary>The durable form of a group.</summary>
internal sealed record GroupImage(
    string ProtocolType,
    int Generation,
    string? Protocol,
    string? Leader,
    long StateSinceUtcMs,
    IReadOnlyList<MemberImage> Members);

/// <summary>The durable form of a member.</summary>
internal sealed record MemberImage(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    int RebalanceTimeoutMs,
    int SessionTimeoutMs,
    byte[] Subscription,
    byte[] Assignment);
