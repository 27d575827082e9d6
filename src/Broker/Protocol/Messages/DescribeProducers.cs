namespace MedStreams.Broker.Protocol;

/// <summary>Lists the idempotent producers that partitions remember.</summary>
/// <remarks>
/// Flexible from the start.
/// </remarks>
internal sealed class DescribeProducersRequest : IRequest<DescribeProducersResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeProducers;

    public List<TopicRequest> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic that is asked for.</summary>
    internal sealed class TopicRequest : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<int> PartitionIndexes { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            PartitionIndexes = w.Int32s(PartitionIndexes);
            w.End();
        }
    }
}

/// <summary>The producers, by partition.</summary>
internal sealed class DescribeProducersResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeProducers;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<TopicResponse> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic.</summary>
    internal sealed class TopicResponse : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<PartitionResponse> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>A partition with its producers.</summary>
    internal sealed class PartitionResponse : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        public List<ProducerState> ActiveProducers { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            ActiveProducers = w.Structs(ActiveProducers);
            w.End();
        }
    }

    /// <summary>A producer.</summary>
    internal sealed class ProducerState : IWireStruct
    {
        public long ProducerId { get; set; }

        public int ProducerEpoch { get; set; }

        public int LastSequence { get; set; } = -1;

        public long LastTimestamp { get; set; } = -1;

        public int CoordinatorEpoch { get; set; }

        public long CurrentTxnStartOffset { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ProducerId = w.Int64(ProducerId);
            ProducerEpoch = w.Int32(ProducerEpoch);
            LastSequence = w.Int32(LastSequence);
            LastTimestamp = w.Int64(LastTimestamp);
            CoordinatorEpoch = w.Int32(CoordinatorEpoch);
            CurrentTxnStartOffset = w.Int64(CurrentTxnStartOffset);
            w.End();
        }
    }
}
