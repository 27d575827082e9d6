namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class ListOffsetsRequest : IRequest<ListOffsetsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListOffsets;

    public int ReplicaId { get; set; }

    public sbyte IsolationLevel { get; set; }

    public List<ListOffsetsTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ReplicaId = w.Int32(ReplicaId);
        if (w.Version >= 2)
            IsolationLevel = w.Int8(IsolationLevel);
        Topics = w.Structs(Topics);
        w.End();
    }

    internal sealed class ListOffsetsTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<ListOffsetsPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    internal sealed class ListOffsetsPartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public long Timestamp { get; set; }

        public int MaxNumOffsets { get; set; } = 1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            if (w.Version >= 4)
                CurrentLeaderEpoch = w.Int32(CurrentLeaderEpoch);
            Timestamp = w.Int64(Timestamp);
            if (w.Version == 0)
                MaxNumOffsets = w.Int32(MaxNumOffsets);
            w.End();
        }
    }
}

/// <summary>Response.</summary>
internal sealed class ListOffsetsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListOffsets;

    public int ThrottleTimeMs { get; set; }

    public List<ListOffsetsTopicResponse> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 2)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    internal sealed class ListOffsetsTopicResponse : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<ListOffsetsPartitionResponse> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    internal sealed class ListOffsetsPartitionResponse : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public List<long> OldStyleOffsets { get; set; } = [];

        public long Timestamp { get; set; } = -1;

        public long Offset { get; set; } = -1;

        public int LeaderEpoch { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            ErrorCode = w.Error(ErrorCode);
            if (w.Version == 0)
                OldStyleOffsets = w.Int64s(OldStyleOffsets);
            if (w.Version >= 1)
            {
                Timestamp = w.Int64(Timestamp);
                Offset = w.Int64(Offset);
            }

            if (w.Version >= 4)
                LeaderEpoch = w.Int32(LeaderEpoch);
            w.End();
        }
    }
}
