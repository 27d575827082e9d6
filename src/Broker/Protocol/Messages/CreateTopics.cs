namespace MedStreams.Broker.Protocol;

/// <summary>Creates topics.</summary>
/// <remarks>
/// By version. 1: may only validate. 4: -1 for the default number of partitions and replicas. 5: flexible; the
/// response carries the settings. 7: topic ids.
/// </remarks>
internal sealed class CreateTopicsRequest : IRequest<CreateTopicsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreateTopics;

    public List<CreatableTopic> Topics { get; set; } = [];

    /// <summary>How long the request may take, in milliseconds.</summary>
    public int TimeoutMs { get; set; } = 60000;

    /// <summary>Whether to check only and change nothing.</summary>
    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Structs(Topics);
        TimeoutMs = w.Int32(TimeoutMs);
        if (w.Version >= 1)
            ValidateOnly = w.Bool(ValidateOnly);
        w.End();
    }

    /// <summary>A topic to create.</summary>
    internal sealed class CreatableTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public int NumPartitions { get; set; }

        public short ReplicationFactor { get; set; }

        public List<CreatableReplicaAssignment> Assignments { get; set; } = [];

        public List<CreatableTopicConfig> Configs { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            NumPartitions = w.Int32(NumPartitions);
            ReplicationFactor = w.Int16(ReplicationFactor);
            Assignments = w.Structs(Assignments);
            Configs = w.Structs(Configs);
            w.End();
        }
    }

    /// <summary>The brokers of one partition.</summary>
    internal sealed class CreatableReplicaAssignment : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public List<int> BrokerIds { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            BrokerIds = w.Int32s(BrokerIds);
            w.End();
        }
    }

    /// <summary>A setting of the topic.</summary>
    internal sealed class CreatableTopicConfig : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Value = w.NullableString(Value);
            w.End();
        }
    }
}

/// <summary>What became of each topic.</summary>
internal sealed class CreateTopicsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreateTopics;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<CreatableTopicResult> Topics { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 2)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Topics = w.Structs(Topics);
        w.End();
    }

    /// <summary>What became of a topic.</summary>
    internal sealed class CreatableTopicResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        public ErrorCode TopicConfigErrorCode { get; set; }

        public int NumPartitions { get; set; } = -1;

        public short ReplicationFactor { get; set; } = -1;

        public List<CreatableTopicConfigs>? Configs { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            if (w.Version >= 7)
                TopicId = w.Uuid(TopicId);
            ErrorCode = w.Error(ErrorCode);
            if (w.Version >= 1)
                ErrorMessage = w.NullableString(ErrorMessage);
            if (w.Version >= 5)
            {
                NumPartitions = w.Int32(NumPartitions);
                ReplicationFactor = w.Int16(ReplicationFactor);
                Configs = w.NullableStructs(Configs);
            }

            var tags = w.OpenTags();
            if (w.Tag(ref tags, 0, TopicConfigErrorCode != ErrorCode.None))
            {
                // Not what became of the topic, so not counted as an error.
                TopicConfigErrorCode = (ErrorCode)w.Int16((short)TopicConfigErrorCode);
                w.CloseTag(ref tags);
            }

            w.CloseTags(ref tags);
        }
    }

    /// <summary>A setting of the topic that was created.</summary>
    internal sealed class CreatableTopicConfigs : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; } = "";

        public bool ReadOnly { get; set; }

        /// <summary>
        /// 1: the topic; 2 and 3: brokers while running; 4: the broker's file; 5: the default; 6: the broker's logger.
        /// </summary>
        public sbyte ConfigSource { get; set; } = -1;

        public bool IsSensitive { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Value = w.NullableString(Value);
            ReadOnly = w.Bool(ReadOnly);
            ConfigSource = w.Int8(ConfigSource);
            IsSensitive = w.Bool(IsSensitive);
            w.End();
        }
    }
}
