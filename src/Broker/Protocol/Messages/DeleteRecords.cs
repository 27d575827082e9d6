namespace MedStreams.Broker.Protocol;

/// <summary>Moves the start of partitions forward; -1 means to the high watermark.</summary>
/// <remarks>
/// By version. 2: flexible.
/// </remarks>
internal sealed class DeleteRecordsRequest : IRequest<DeleteRecordsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteRecords;

    public List<DeleteRecordsTopic> Topics { get; set; } = [];

    /// <summary>How long the request may take, in milliseconds.</summary>
    public int TimeoutMs { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Structs(Topics);
        TimeoutMs = w.Int32(TimeoutMs);
        w.End();
    }

    /// <summary>A topic.</summary>
    internal sealed class DeleteRecordsTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<DeleteRecordsPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>The offset before which the records of a partition go.</summary>
    internal sealed class DeleteRecordsPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long Offset { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            Offset = w.Int64(Offset);
            w.End();
        }
    }
}

/// <summary>The new starts.</summary>
internal sealed class DeleteRecordsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteRecords;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DeleteRecordsTopicResult> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic.</summary>
    internal sealed class DeleteRecordsTopicResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<DeleteRecordsPartitionResult> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>The new start of a partition.</summary>
    internal sealed class DeleteRecordsPartitionResult : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long LowWatermark { get; set; }

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            LowWatermark = w.Int64(LowWatermark);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }
}
