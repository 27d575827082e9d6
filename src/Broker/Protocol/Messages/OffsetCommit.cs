namespace MedStreams.Broker.Protocol;

/// <summary>Stores the offsets that a group has reached.</summary>
/// <remarks>
/// By version. 0: without generation and member. 1: a time for each partition. 2 to 4: a retention time, which is
/// ignored here. 6: leader epoch. 7: static members. 8: flexible. 9: member epochs of the newer group protocol.
/// </remarks>
internal sealed class OffsetCommitRequest : IRequest<OffsetCommitResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetCommit;

    public string GroupId { get; set; } = "";

    public int GenerationIdOrMemberEpoch { get; set; } = -1;

    public string MemberId { get; set; } = "";

    /// <summary>The name of a static member, or null.</summary>
    public string? GroupInstanceId { get; set; }

    /// <summary>How long to keep the offsets, in milliseconds; ignored.</summary>
    public long RetentionTimeMs { get; set; } = -1;

    public List<OffsetCommitRequestTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        if (w.Version >= 1)
        {
            GenerationIdOrMemberEpoch = w.Int32(GenerationIdOrMemberEpoch);
            MemberId = w.String(MemberId);
        }

        if (w.Version >= 7)
            GroupInstanceId = w.NullableString(GroupInstanceId);
        if (w.Version is >= 2 and <= 4)
            RetentionTimeMs = w.Int64(RetentionTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic with offsets.</summary>
    internal sealed class OffsetCommitRequestTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetCommitRequestPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>The offset of a partition.</summary>
    internal sealed class OffsetCommitRequestPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long CommittedOffset { get; set; }

        public int CommittedLeaderEpoch { get; set; } = -1;

        public long CommitTimestamp { get; set; } = -1;

        public string? CommittedMetadata { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            CommittedOffset = w.Int64(CommittedOffset);
            if (w.Version >= 6)
                CommittedLeaderEpoch = w.Int32(CommittedLeaderEpoch);
            if (w.Version == 1)
                CommitTimestamp = w.Int64(CommitTimestamp);
            CommittedMetadata = w.NullableString(CommittedMetadata);
            w.End();
        }
    }
}

/// <summary>What became of each offset.</summary>
internal sealed class OffsetCommitResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetCommit;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<OffsetCommitResponseTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic with offsets.</summary>
    internal sealed class OffsetCommitResponseTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetCommitResponsePartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>What became of a partition's offset.</summary>
    internal sealed class OffsetCommitResponsePartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }
}
