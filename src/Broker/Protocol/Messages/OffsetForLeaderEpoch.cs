namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class OffsetForLeaderEpochRequest : IRequest<OffsetForLeaderEpochResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetForLeaderEpoch;

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

/// <summary>Response.</summary>
internal sealed class OffsetForLeaderEpochResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetForLeaderEpoch;

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
