namespace MedStreams.Broker.Protocol;

/// <summary>Deletes topics.</summary>
/// <remarks>
/// By version. 4: flexible. 5: error texts. 6: topics by id, in other fields.
/// </remarks>
internal sealed class DeleteTopicsRequest : IRequest<DeleteTopicsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteTopics;

    public List<DeleteTopicState> Topics { get; set; } = [];

    public List<string> TopicNames { get; set; } = [];

    /// <summary>How long the request may take, in milliseconds.</summary>
    public int TimeoutMs { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 6)
            Topics = w.Structs(Topics);
        if (w.Version <= 5)
            TopicNames = w.Strings(TopicNames);
        TimeoutMs = w.Int32(TimeoutMs);
        w.End();
    }

    /// <summary>A topic to delete, by name or id, since version 6.</summary>
    internal sealed class DeleteTopicState : IWireStruct
    {
        public string? Name { get; set; }

        public Guid TopicId { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.NullableString(Name);
            TopicId = w.Uuid(TopicId);
            w.End();
        }
    }
}

/// <summary>What became of each topic.</summary>
internal sealed class DeleteTopicsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteTopics;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DeletableTopicResult> Responses { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Responses = w.Structs(Responses);
        w.End();
    }

    /// <summary>What became of a topic.</summary>
    internal sealed class DeletableTopicResult : IWireStruct
    {
        public string? Name { get; set; } = "";

        public Guid TopicId { get; set; }

        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.NullableString(Name, w.Version >= 6);
            if (w.Version >= 6)
                TopicId = w.Uuid(TopicId);
            ErrorCode = w.Error(ErrorCode);
            if (w.Version >= 5)
                ErrorMessage = w.NullableString(ErrorMessage);
            w.End();
        }
    }
}
