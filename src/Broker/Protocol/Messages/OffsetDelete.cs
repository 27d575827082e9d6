namespace MedStreams.Broker.Protocol;

/// <summary>Deletes offsets that a group has stored.</summary>
/// <remarks>
/// Never flexible.
/// </remarks>
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

    /// <summary>A topic.</summary>
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

    /// <summary>A partition.</summary>
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

/// <summary>What became of each offset.</summary>
internal sealed class OffsetDeleteResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetDelete;

    public ErrorCode ErrorCode { get; set; }

    /// <summary>How long the client shall pause, in milliseconds.</summary>
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

    /// <summary>A topic.</summary>
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

    /// <summary>What became of a partition's offset.</summary>
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
