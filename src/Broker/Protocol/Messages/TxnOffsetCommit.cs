namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class TxnOffsetCommitRequest : IRequest<TxnOffsetCommitResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.TxnOffsetCommit;

    public string TransactionalId { get; set; } = "";

    public string GroupId { get; set; } = "";

    public long ProducerId { get; set; }

    public short ProducerEpoch { get; set; }

    public int GenerationId { get; set; } = -1;

    public string MemberId { get; set; } = "";

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

/// <summary>Response.</summary>
internal sealed class TxnOffsetCommitResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.TxnOffsetCommit;

    public int ThrottleTimeMs { get; set; }

    public List<TxnOffsetCommitResponseTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

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
