namespace MedStreams.Broker.Protocol;

/// <summary>Appends record batches to partitions.</summary>
/// <remarks>
/// By version. 3: magic 2 and the transactional id; 0 to 2 carry older formats and are known to the codec only. 5:
/// the response names the log start offset. 7: zstd. 8: errors of single records. 9: flexible. 10: the response may
/// name the current leader. 11: TRANSACTION_ABORTABLE may be answered. A request with acks 0 gets no response.
/// </remarks>
internal sealed class ProduceRequest : IRequest<ProduceResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Produce;

    /// <summary>The transactional id, or null where the producer has none.</summary>
    public string? TransactionalId { get; set; }

    /// <summary>0: no response at all; 1: the leader's word; -1: all replicas'.</summary>
    public short Acks { get; set; }

    /// <summary>How long the request may take, in milliseconds.</summary>
    public int TimeoutMs { get; set; }

    public List<TopicProduceData> TopicData { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
            TransactionalId = w.NullableString(TransactionalId);
        Acks = w.Int16(Acks);
        TimeoutMs = w.Int32(TimeoutMs);
        TopicData = w.Structs(TopicData);
        w.End();
    }

    /// <summary>A topic to append to.</summary>
    internal sealed class TopicProduceData : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<PartitionProduceData> PartitionData { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            PartitionData = w.Structs(PartitionData);
            w.End();
        }
    }

    /// <summary>A partition to append to.</summary>
    internal sealed class PartitionProduceData : IWireStruct
    {
        public int Index { get; set; }

        public RecordData Records { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Index = w.Int32(Index);
            Records = w.Records(Records);
            w.End();
        }
    }
}

/// <summary>Where the batches were appended, or why not.</summary>
internal sealed class ProduceResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Produce;

    public List<TopicProduceResponse> Responses { get; set; } = [];

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<NodeEndpoint> NodeEndpoints { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Responses = w.Structs(Responses);
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        var tags = w.OpenTags();
        if (w.Version >= 10 && w.Tag(ref tags, 0, NodeEndpoints.Count > 0))
        {
            NodeEndpoints = w.Structs(NodeEndpoints);
            w.CloseTag(ref tags);
        }

        w.CloseTags(ref tags);
    }

    /// <summary>A topic that was appended to.</summary>
    internal sealed class TopicProduceResponse : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<PartitionProduceResponse> PartitionResponses { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            PartitionResponses = w.Structs(PartitionResponses);
            w.End();
        }
    }

    /// <summary>Where a leader is reached.</summary>
    internal sealed class NodeEndpoint : IWireStruct
    {
        public int NodeId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public string? Rack { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            NodeId = w.Int32(NodeId);
            Host = w.String(Host);
            Port = w.Int32(Port);
            Rack = w.NullableString(Rack);
            w.End();
        }
    }

    /// <summary>A partition that was appended to.</summary>
    internal sealed class PartitionProduceResponse : IWireStruct
    {
        public int Index { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public long BaseOffset { get; set; }

        /// <summary>The time of appending in epoch milliseconds, or -1 where records keep the producer's.</summary>
        public long LogAppendTimeMs { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        public List<BatchIndexAndErrorMessage> RecordErrors { get; set; } = [];

        public string? ErrorMessage { get; set; }

        public LeaderIdAndEpoch? CurrentLeader { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Index = w.Int32(Index);
            ErrorCode = w.Error(ErrorCode);
            BaseOffset = w.Int64(BaseOffset);
            if (w.Version >= 2)
                LogAppendTimeMs = w.Int64(LogAppendTimeMs);
            if (w.Version >= 5)
                LogStartOffset = w.Int64(LogStartOffset);
            if (w.Version >= 8)
            {
                RecordErrors = w.Structs(RecordErrors);
                ErrorMessage = w.NullableString(ErrorMessage);
            }

            var tags = w.OpenTags();
            if (w.Version >= 10 && w.Tag(ref tags, 0, CurrentLeader is not null))
            {
                CurrentLeader = w.Struct(CurrentLeader);
                w.CloseTag(ref tags);
            }

            w.CloseTags(ref tags);
        }
    }

    /// <summary>A record that was refused.</summary>
    internal sealed class BatchIndexAndErrorMessage : IWireStruct
    {
        public int BatchIndex { get; set; }

        public string? BatchIndexErrorMessage { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            BatchIndex = w.Int32(BatchIndex);
            BatchIndexErrorMessage = w.NullableString(BatchIndexErrorMessage);
            w.End();
        }
    }

    /// <summary>The current leader of a partition.</summary>
    internal sealed class LeaderIdAndEpoch : IWireStruct
    {
        public int LeaderId { get; set; } = -1;

        public int LeaderEpoch { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            LeaderId = w.Int32(LeaderId);
            LeaderEpoch = w.Int32(LeaderEpoch);
            w.End();
        }
    }
}
