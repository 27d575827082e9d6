namespace MedStreams.Broker.Protocol;

/// <summary>Stores the offsets of a group with the end of the producer's transaction.</summary>
/// <remarks>
/// By version. 2: leader epoch. 3: flexible; member and generation, which fence members that were left behind. 4:
/// TRANSACTION_ABORTABLE may be answered.
/// </remarks>
internal sealed class TxnOffsetCommitRequest : IRequest<TxnOffsetCommitResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.TxnOffsetCommit;

    /// <summary>The transactional id.</summary>
    public string TransactionalId { get; set; } = "";

    public string GroupId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public int GenerationId { get; set; } = -1;

    public string MemberId { get; set; } = "";

    /// <summary>The name of a static member, or null.</summary>
    public string? GroupInstanceId { get; set; }

    public List<TxnOffsetCommitRequestTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        TransactionalId = w.String(TransactionalId);
        GroupId = w.String(GroupId);
        ProducerId = w.Int64(ProducerId);
        ProducerEpoch = w.Int16(ProducerEpoch);
        if (w.Version >= 3)
        {
            GenerationId = w.Int32(GenerationId);
            MemberId = w.String(MemberId);
            GroupInstanceId = w.NullableString(GroupInstanceId);
        }

        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic with offsets.</summary>
    internal sealed class TxnOffsetCommitRequestTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<TxnOffsetCommitRequestPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>The offset of a partition.</summary>
    internal sealed class TxnOffsetCommitRequestPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long CommittedOffset { get; set; }

        public int CommittedLeaderEpoch { get; set; } = -1;

        public string? CommittedMetadata { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            CommittedOffset = w.Int64(CommittedOffset);
            if (w.Version >= 2)
                CommittedLeaderEpoch = w.Int32(CommittedLeaderEpoch);
            CommittedMetadata = w.NullableString(CommittedMetadata);
            w.End();
        }
    }
}

/// <summary>What became of each offset.</summary>
internal sealed class TxnOffsetCommitResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.TxnOffsetCommit;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<TxnOffsetCommitResponseTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic with offsets.</summary>
    internal sealed class TxnOffsetCommitResponseTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<TxnOffsetCommitResponsePartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>What became of a partition's offset.</summary>
    internal sealed class TxnOffsetCommitResponsePartition : IWireStruct
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
