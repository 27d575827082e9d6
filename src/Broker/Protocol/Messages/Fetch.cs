namespace MedStreams.Broker.Protocol;

/// <summary>Reads record batches from partitions, waiting for them if asked to.</summary>
/// <remarks>
/// By version. 3: a limit for the whole response. 4: isolation level, aborted transactions, magic 2. 5: log start
/// offset. 7: fetch sessions. 9: leader epoch. 10: zstd. 11: rack of the consumer. 12: flexible, diverging epochs.
/// Later versions name topics by id and are not known.
/// </remarks>
internal sealed class FetchRequest : IRequest<FetchResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Fetch;

    public string? ClusterId { get; set; }

    /// <summary>The broker that follows; -1 for consumers.</summary>
    public int ReplicaId { get; set; } = -1;

    /// <summary>How long to wait for <see cref="MinBytes"/>, in milliseconds.</summary>
    public int MaxWaitMs { get; set; }

    /// <summary>Wait until so many bytes are there.</summary>
    public int MinBytes { get; set; }

    /// <summary>The most bytes of records in the response; the first batch comes even if it is larger.</summary>
    public int MaxBytes { get; set; } = int.MaxValue;

    /// <summary>0: read_uncommitted; 1: read_committed.</summary>
    public sbyte IsolationLevel { get; set; }

    public int SessionId { get; set; }

    public int SessionEpoch { get; set; } = -1;

    public List<FetchTopic> Topics { get; set; } = [];

    public List<ForgottenTopic> ForgottenTopicsData { get; set; } = [];

    public string RackId { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ReplicaId = w.Int32(ReplicaId);
        MaxWaitMs = w.Int32(MaxWaitMs);
        MinBytes = w.Int32(MinBytes);
        if (w.Version >= 3)
            MaxBytes = w.Int32(MaxBytes);
        if (w.Version >= 4)
            IsolationLevel = w.Int8(IsolationLevel);
        if (w.Version >= 7)
        {
            SessionId = w.Int32(SessionId);
            SessionEpoch = w.Int32(SessionEpoch);
        }

        Topics = w.Structs(Topics);
        if (w.Version >= 7)
            ForgottenTopicsData = w.Structs(ForgottenTopicsData);
        if (w.Version >= 11)
            RackId = w.String(RackId);
        var tags = w.OpenTags();
        if (w.Tag(ref tags, 0, ClusterId is not null))
        {
            ClusterId = w.NullableString(ClusterId);
            w.CloseTag(ref tags);
        }

        w.CloseTags(ref tags);
    }

    /// <summary>A topic to read.</summary>
    internal sealed class FetchTopic : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<FetchPartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>Partitions that the fetch session shall drop.</summary>
    internal sealed class ForgottenTopic : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Int32s(Partitions);
            w.End();
        }
    }

    /// <summary>A partition to read.</summary>
    internal sealed class FetchPartition : IWireStruct
    {
        public int Partition { get; set; }

        public int CurrentLeaderEpoch { get; set; } = -1;

        public long FetchOffset { get; set; }

        public int LastFetchedEpoch { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        /// <summary>
        /// The most bytes of records of this partition; the first batch of the response comes even if it is larger.
        /// </summary>
        public int PartitionMaxBytes { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Partition = w.Int32(Partition);
            if (w.Version >= 9)
                CurrentLeaderEpoch = w.Int32(CurrentLeaderEpoch);
            FetchOffset = w.Int64(FetchOffset);
            if (w.Version >= 12)
                LastFetchedEpoch = w.Int32(LastFetchedEpoch);
            if (w.Version >= 5)
                LogStartOffset = w.Int64(LogStartOffset);
            PartitionMaxBytes = w.Int32(PartitionMaxBytes);
            w.End();
        }
    }
}

/// <summary>The batches of the partitions.</summary>
internal sealed class FetchResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Fetch;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public int SessionId { get; set; }

    public List<FetchableTopicResponse> Responses { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        if (w.Version >= 7)
        {
            ErrorCode = w.Error(ErrorCode);
            SessionId = w.Int32(SessionId);
        }

        Responses = w.Structs(Responses);
        w.End();
    }

    /// <summary>A topic that was read.</summary>
    internal sealed class FetchableTopicResponse : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<PartitionData> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>A partition that was read.</summary>
    internal sealed class PartitionData : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public ErrorCode ErrorCode { get; set; }

        /// <summary>The offset after the last record that may be read.</summary>
        public long HighWatermark { get; set; }

        /// <summary>Below it every transaction has ended; what read_committed sees ends there.</summary>
        public long LastStableOffset { get; set; } = -1;

        public long LogStartOffset { get; set; } = -1;

        public EpochEndOffset? DivergingEpoch { get; set; }

        public LeaderIdAndEpoch? CurrentLeader { get; set; }

        public SnapshotId? SnapshotId { get; set; }

        /// <summary>The aborted transactions among the records, for read_committed; null otherwise.</summary>
        public List<AbortedTransaction>? AbortedTransactions { get; set; } = [];

        /// <summary>Another broker to read from, or -1.</summary>
        public int PreferredReadReplica { get; set; } = -1;

        public RecordData Records { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            ErrorCode = w.Error(ErrorCode);
            HighWatermark = w.Int64(HighWatermark);
            if (w.Version >= 4)
                LastStableOffset = w.Int64(LastStableOffset);
            if (w.Version >= 5)
                LogStartOffset = w.Int64(LogStartOffset);
            if (w.Version >= 4)
                AbortedTransactions = w.NullableStructs(AbortedTransactions);
            if (w.Version >= 11)
                PreferredReadReplica = w.Int32(PreferredReadReplica);
            Records = w.Records(Records);
            var tags = w.OpenTags();
            if (w.Tag(ref tags, 0, DivergingEpoch is not null))
            {
                DivergingEpoch = w.Struct(DivergingEpoch);
                w.CloseTag(ref tags);
            }

            if (w.Tag(ref tags, 1, CurrentLeader is not null))
            {
                CurrentLeader = w.Struct(CurrentLeader);
                w.CloseTag(ref tags);
            }

            if (w.Tag(ref tags, 2, SnapshotId is not null))
            {
                SnapshotId = w.Struct(SnapshotId);
                w.CloseTag(ref tags);
            }

            w.CloseTags(ref tags);
        }
    }

    /// <summary>Where the consumer's epoch ends on this broker.</summary>
    internal sealed class EpochEndOffset : IWireStruct
    {
        public int Epoch { get; set; } = -1;

        public long EndOffset { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Epoch = w.Int32(Epoch);
            EndOffset = w.Int64(EndOffset);
            w.End();
        }
    }

    /// <summary>The current leader of a partition.</summary>
    internal sealed class LeaderIdAndEpoch : IWireStruct
    {
        public int LeaderId { get; set; } = -1;

        public int LeaderEpoch { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            LeaderId = w.Int32(LeaderId);
            LeaderEpoch = w.Int32(LeaderEpoch);
            w.End();
        }
    }

    /// <summary>A snapshot to read instead; never sent by this broker.</summary>
    internal sealed class SnapshotId : IWireStruct
    {
        public long EndOffset { get; set; } = -1;

        public int Epoch { get; set; } = -1;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            EndOffset = w.Int64(EndOffset);
            Epoch = w.Int32(Epoch);
            w.End();
        }
    }

    /// <summary>
    /// An aborted transaction among the records: the consumer drops this producer's records from that offset to its
    /// marker.
    /// </summary>
    internal sealed class AbortedTransaction : IWireStruct
    {
        public long ProducerId { get; set; }

        public long FirstOffset { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ProducerId = w.Int64(ProducerId);
            FirstOffset = w.Int64(FirstOffset);
            w.End();
        }
    }
}
