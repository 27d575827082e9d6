namespace MedStreams.Broker.Protocol;

/// <summary>Adds partitions to the producer's transaction before it writes to them.</summary>
/// <remarks>
/// By version. 2: PRODUCER_FENCED may be answered instead of INVALID_PRODUCER_EPOCH. 3: flexible. Later versions
/// are for brokers and are not known; their field names explain these.
/// </remarks>
internal sealed class AddPartitionsToTxnRequest : IRequest<AddPartitionsToTxnResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddPartitionsToTxn;

    public string V3AndBelowTransactionalId { get; set; } = "";

    public long V3AndBelowProducerId { get; set; }

    public short V3AndBelowProducerEpoch { get; set; }

    public List<AddPartitionsToTxnTopic> V3AndBelowTopics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        V3AndBelowTransactionalId = w.String(V3AndBelowTransactionalId);
        V3AndBelowProducerId = w.Int64(V3AndBelowProducerId);
        V3AndBelowProducerEpoch = w.Int16(V3AndBelowProducerEpoch);
        V3AndBelowTopics = w.Structs(V3AndBelowTopics);
        w.End();
    }

    /// <summary>A topic with partitions to add.</summary>
    internal sealed class AddPartitionsToTxnTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Int32s(Partitions);
            w.End();
        }
    }
}

/// <summary>What became of each partition.</summary>
internal sealed class AddPartitionsToTxnResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AddPartitionsToTxn;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<AddPartitionsToTxnTopicResult> ResultsByTopicV3AndBelow { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ResultsByTopicV3AndBelow = w.Structs(ResultsByTopicV3AndBelow);
        w.End();
    }

    /// <summary>A topic with partitions.</summary>
    internal sealed class AddPartitionsToTxnTopicResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<AddPartitionsToTxnPartitionResult> ResultsByPartition { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            ResultsByPartition = w.Structs(ResultsByPartition);
            w.End();
        }
    }

    /// <summary>What became of a partition.</summary>
    internal sealed class AddPartitionsToTxnPartitionResult : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public ErrorCode PartitionErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            PartitionErrorCode = w.Error(PartitionErrorCode);
            w.End();
        }
    }
}
