namespace MedStreams.Broker.Protocol;

/// <summary>Finds offsets by time, or at the ends of partitions.</summary>
/// <remarks>
/// Times: -1 is the end (the last stable offset for read_committed), -2 the start, -3 the record with the largest
/// time (since 7). 0: several offsets for each partition. 1: one offset, with its time. 2: isolation level. 4:
/// leader epoch. 6: flexible.
/// </remarks>
internal sealed class ListOffsetsRequest : IRequest<ListOffsetsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListOffsets;

    /// <summary>The broker that follows; -1 for consumers.</summary>
    public int ReplicaId { get; set; }

    /// <summary>0: read_uncommitted; 1: read_committed.</summary>
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

    /// <summary>A topic to look into.</summary>
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

    /// <summary>A partition to look into.</summary>
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

/// <summary>The offsets that were found.</summary>
internal sealed class ListOffsetsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListOffsets;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
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

    /// <summary>A topic that was looked into.</summary>
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

    /// <summary>What was found in a partition.</summary>
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
