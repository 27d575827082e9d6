namespace MedStreams.Broker.Protocol;

/// <summary>Asks for the brokers and for topics with their partitions.</summary>
/// <remarks>
/// By version. 0: no topics means all of them. 1: null means all, an empty list none; rack, controller. 2: cluster
/// id. 4: whether topics may be created by asking. 5: offline replicas. 7: leader epochs. 8: authorized operations.
/// 9: flexible. 10: topic ids. 12: topics may be asked for by id alone.
/// </remarks>
internal sealed class MetadataRequest : IRequest<MetadataResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Metadata;

    public List<MetadataRequestTopic>? Topics { get; set; } = [];

    public bool AllowAutoTopicCreation { get; set; } = true;

    public bool IncludeClusterAuthorizedOperations { get; set; }

    public bool IncludeTopicAuthorizedOperations { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.NullableStructs(Topics, w.Version >= 1);
        if (w.Version >= 4)
            AllowAutoTopicCreation = w.Bool(AllowAutoTopicCreation);
        if (w.Version is >= 8 and <= 10)
            IncludeClusterAuthorizedOperations = w.Bool(IncludeClusterAuthorizedOperations);
        if (w.Version >= 8)
            IncludeTopicAuthorizedOperations = w.Bool(IncludeTopicAuthorizedOperations);
        w.End();
    }

    /// <summary>A topic that is asked for, by name or id.</summary>
    internal sealed class MetadataRequestTopic : IWireStruct
    {
        public Guid TopicId { get; set; }

        public string? Name { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            if (w.Version >= 10)
                TopicId = w.Uuid(TopicId);
            Name = w.NullableString(Name, w.Version >= 10);
            w.End();
        }
    }
}

/// <summary>The brokers, the cluster and the topics.</summary>
internal sealed class MetadataResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.Metadata;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<MetadataResponseBroker> Brokers { get; set; } = [];

    public string? ClusterId { get; set; }

    public int ControllerId { get; set; } = -1;

    public List<MetadataResponseTopic> Topics { get; set; } = [];

    /// <summary>A bit for each operation that the client may do; the smallest number if it did not ask.</summary>
    public int ClusterAuthorizedOperations { get; set; } = int.MinValue;

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Brokers = w.Structs(Brokers);
        if (w.Version >= 2)
            ClusterId = w.NullableString(ClusterId);
        if (w.Version >= 1)
            ControllerId = w.Int32(ControllerId);
        Topics = w.Structs(Topics);
        if (w.Version is >= 8 and <= 10)
            ClusterAuthorizedOperations = w.Int32(ClusterAuthorizedOperations);
        w.End();
    }

    /// <summary>A broker.</summary>
    internal sealed class MetadataResponseBroker : IWireStruct
    {
        public int NodeId { get; set; }

        public string Host { get; set; } = "";

        public int Port { get; set; }

        public string? Rack { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            NodeId = w.Int32(NodeId);
            Host = w.String(Host);
            Port = w.Int32(Port);
            if (w.Version >= 1)
                Rack = w.NullableString(Rack);
            w.End();
        }
    }

    /// <summary>A topic.</summary>
    internal sealed class MetadataResponseTopic : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public bool IsInternal { get; set; }

        public List<MetadataResponsePartition> Partitions { get; set; } = [];

        /// <summary>A bit for each operation that the client may do; the smallest number if it did not ask.</summary>
        public int TopicAuthorizedOperations { get; set; } = int.MinValue;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            Name = w.NullableString(Name, w.Version >= 12);
            if (w.Version >= 10)
                TopicId = w.Uuid(TopicId);
            if (w.Version >= 1)
                IsInternal = w.Bool(IsInternal);
            Partitions = w.Structs(Partitions);
            if (w.Version >= 8)
                TopicAuthorizedOperations = w.Int32(TopicAuthorizedOperations);
            w.End();
        }
    }

    /// <summary>A partition.</summary>
    internal sealed class MetadataResponsePartition : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public int PartitionIndex { get; set; }

        public int LeaderId { get; set; }

        public int LeaderEpoch { get; set; } = -1;

        public List<int> ReplicaNodes { get; set; } = [];

        public List<int> IsrNodes { get; set; } = [];

        public List<int> OfflineReplicas { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            PartitionIndex = w.Int32(PartitionIndex);
            LeaderId = w.Int32(LeaderId);
            if (w.Version >= 7)
                LeaderEpoch = w.Int32(LeaderEpoch);
            ReplicaNodes = w.Int32s(ReplicaNodes);
            IsrNodes = w.Int32s(IsrNodes);
            if (w.Version >= 5)
                OfflineReplicas = w.Int32s(OfflineReplicas);
            w.End();
        }
    }
}
