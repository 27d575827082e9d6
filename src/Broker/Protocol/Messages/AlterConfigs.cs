namespace MedStreams.Broker.Protocol;

/// <summary>Replaces all settings of topics or brokers.</summary>
/// <remarks>
/// By version. 2: flexible.
/// </remarks>
internal sealed class AlterConfigsRequest : IRequest<AlterConfigsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterConfigs;

    public List<AlterConfigsResource> Resources { get; set; } = [];

    /// <summary>Whether to check only and change nothing.</summary>
    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Resources = w.Structs(Resources);
        ValidateOnly = w.Bool(ValidateOnly);
        w.End();
    }

    /// <summary>A resource with settings.</summary>
    internal sealed class AlterConfigsResource : IWireStruct
    {
        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public List<AlterableConfig> Configs { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            Configs = w.Structs(Configs);
            w.End();
        }
    }

    /// <summary>A setting.</summary>
    internal sealed class AlterableConfig : IWireStruct
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

/// <summary>What became of each resource.</summary>
internal sealed class AlterConfigsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterConfigs;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<AlterConfigsResourceResponse> Responses { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Responses = w.Structs(Responses);
        w.End();
    }

    /// <summary>What became of a resource.</summary>
    internal sealed class AlterConfigsResourceResponse : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            w.End();
        }
    }
}
