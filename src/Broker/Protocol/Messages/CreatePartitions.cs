namespace MedStreams.Broker.Protocol;

/// <summary>Adds partitions to topics.</summary>
/// <remarks>
/// By version. 2: flexible. 3: THROTTLING_QUOTA_EXCEEDED may be answered.
/// </remarks>
internal sealed class CreatePartitionsRequest : IRequest<CreatePartitionsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreatePartitions;

    public List<CreatePartitionsTopic> Topics { get; set; } = [];

    /// <summary>How long the request may take, in milliseconds.</summary>
    public int TimeoutMs { get; set; }

    /// <summary>Whether to check only and change nothing.</summary>
    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Structs(Topics);
        TimeoutMs = w.Int32(TimeoutMs);
        ValidateOnly = w.Bool(ValidateOnly);
        w.End();
    }

    /// <summary>A topic with its new number of partitions.</summary>
    internal sealed class CreatePartitionsTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public int Count { get; set; }

        public List<CreatePartitionsAssignment>? Assignments { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Count = w.Int32(Count);
            Assignments = w.NullableStructs(Assignments);
            w.End();
        }
    }

    /// <summary>The brokers of one new partition.</summary>
    internal sealed class CreatePartitionsAssignment : IWireStruct
    {
        public List<int> BrokerIds { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            BrokerIds = w.Int32s(BrokerIds);
            w.End();
        }
    }
}

/// <summary>What became of each topic.</summary>
internal sealed class CreatePartitionsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreatePartitions;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<CreatePartitionsTopicResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>What became of a topic.</summary>
    internal sealed class CreatePartitionsTopicResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            w.End();
        }
    }
}
