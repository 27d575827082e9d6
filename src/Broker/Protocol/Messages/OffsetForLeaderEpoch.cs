namespace MedStreams.Broker.Protocol;

/// <summary>Finds where a leader epoch ends, so that consumers notice a truncation.</summary>
/// <remarks>
/// By version. 2: current leader epoch. 3: replica id. 4: flexible.
/// </remarks>
internal sealed class OffsetForLeaderEpochRequest : IRequest<OffsetForLeaderEpochResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetForLeaderEpoch;

    /// <summary>The broker that follows; -1 for consumers.</summary>
    public int ReplicaId { get; set; } = -2;

    public List<OffsetForLeaderTopic> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
            ReplicaId = w.Int32(ReplicaId);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic that is asked about.</summary>
    internal sealed class OffsetForLeaderTopic : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<OffsetForLeaderPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>A partition and an epoch that are asked about.</summary>
    internal sealed class OffsetForLeaderPartition : IWireStruct
    {
        public int Partition { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public int LeaderEpoch { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Partition = w.Int32(Partition);
            if (w.Version >= 2)
                CurrentLeaderEpoch = w.Int32(CurrentLeaderEpoch);
            LeaderEpoch = w.Int32(LeaderEpoch);
            w.End();
        }
    }
}

/// <summary>The ends of the epochs.</summary>
internal sealed class OffsetForLeaderEpochResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetForLeaderEpoch;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<OffsetForLeaderTopicResult> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 2)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>A topic.</summary>
    internal sealed class OffsetForLeaderTopicResult : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<EpochEndOffset> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>Where the epoch ends in a partition.</summary>
    internal sealed class EpochEndOffset : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public int Partition { get; set; }

        public int LeaderEpoch { get; set; } = -1;

        public long EndOffset { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            Partition = w.Int32(Partition);
            if (w.Version >= 1)
                LeaderEpoch = w.Int32(LeaderEpoch);
            EndOffset = w.Int64(EndOffset);
            w.End();
        }
    }
}
