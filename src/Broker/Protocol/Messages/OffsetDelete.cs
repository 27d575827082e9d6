namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class OffsetDeleteRequest : IRequest<OffsetDeleteResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetDelete;

    public string GroupId { get; set; } = "";

    public List<OffsetDeleteRequestTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupId = w.String(GroupId);
        Topics = w.Structs(Topics);
        w.End();
    }

    internal sealed class OffsetDeleteRequestTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetDeleteRequestPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    internal sealed class OffsetDeleteRequestPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            w.End();
        }
    }
}

/// <summary>Response.</summary>
internal sealed class OffsetDeleteResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetDelete;

    public ErrorCode ErrorCode { get; set; }

    public int ThrottleTimeMs { get; set; }

    public List<OffsetDeleteResponseTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ErrorCode = w.Error(ErrorCode);
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    internal sealed class OffsetDeleteResponseTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetDeleteResponsePartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    internal sealed class OffsetDeleteResponsePartition : IWireStruct
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
