using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>A member as the leader sees it in its JoinGroup answer.</summary>
internal readonly record struct JoinedMember(string MemberId, string? InstanceId, byte[] Metadata);

/// <summary>The answer to a JoinGroup request.</summary>
internal sealed record JoinAnswer(
    ErrorCode Error,
    string MemberId,
    int Generation = -1,
    string? ProtocolType = null,
    string? ProtocolName = null,
    string Leader = "",
    bool SkipAssignment = false)
{
    /// <summary>Every member and its subscription, for the leader; empty for the others.</summary>
    public IReadOnlyList<JoinedMember> Members { get; init; } = [];
}

/// <summary>The answer to a SyncGroup request.</summary>
internal sealed record SyncAnswer(
    ErrorCode Error, byte[] Assignment, string? ProtocolType = null, string? ProtocolName = null)
{
    public static SyncAnswer Refused(ErrorCode error) => new(error, []);
}

/// <summary>A member in DescribeGroups; metadata and assignment are empty unless the group is stable.</summary>
internal readonly record struct DescribedMember(
    string MemberId, string? InstanceId, string ClientId, string ClientHost, byte[] Metadata, byte[] Assignment);

/// <summary>A group in DescribeGroups.</summary>
internal sealed record DescribedGroup(
    GroupState State, string ProtocolType, string Protocol, IReadOnlyList<DescribedMember> Members)
{
    /// <summary>Why the group cannot be described.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>A group that is not there, or that cannot be looked at.</summary>
    public static DescribedGroup None(ErrorCode error) => new(GroupState.Dead, "", "", []) { Error = error };
}

/// <summary>A group in ListGroups.</summary>
internal readonly record struct ListedGroup(string GroupId, GroupState State, string ProtocolType);

/// <summary>What an OffsetFetch tells of one partition.</summary>
internal readonly record struct FetchedOffset(
    TopicPartition Partition, long Offset, int LeaderEpoch, string Metadata, ErrorCode Error);

/// <summary>What happened to one partition in a commit or a deletion of offsets.</summary>
internal readonly record struct PartitionResult(TopicPartition Partition, ErrorCode Error);
