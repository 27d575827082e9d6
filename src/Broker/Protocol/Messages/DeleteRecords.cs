namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class DeleteRecordsRequest : IRequest<DeleteRecordsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteRecords;

    public List<DeleteRecordsTopic> Topics { get; set; } = [];

    public int TimeoutMs { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Structs(Topics);
        TimeoutMs = w.Int32(TimeoutMs);
        w.End();
    }

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

/// <summary>Response.</summary>
internal sealed class DeleteRecordsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteRecords;

    public int ThrottleTimeMs { get; set; }

    public List<DeleteRecordsTopicResult> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

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
