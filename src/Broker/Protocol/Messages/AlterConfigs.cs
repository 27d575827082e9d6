namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class AlterConfigsRequest : IRequest<AlterConfigsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterConfigs;

    public List<AlterConfigsResource> Resources { get; set; } = [];

    public bool ValidateOnly { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Resources = w.Structs(Resources);
        ValidateOnly = w.Bool(ValidateOnly);
        w.End();
    }

    internal sealed class AlterConfigsResource : IWireStruct
    {
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

/// <summary>Response.</summary>
internal sealed class AlterConfigsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.AlterConfigs;

    public int ThrottleTimeMs { get; set; }

    public List<AlterConfigsResourceResponse> Responses { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Responses = w.Structs(Responses);
        w.End();
    }

    internal sealed class AlterConfigsResourceResponse : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

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
