namespace MedStreams.Broker.Protocol;

/// <summary>Reads the settings of topics and brokers.</summary>
/// <remarks>
/// By version. 1: synonyms and the source of each value. 3: documentation and type. 4: flexible.
/// </remarks>
internal sealed class DescribeConfigsRequest : IRequest<DescribeConfigsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeConfigs;

    public List<DescribeConfigsResource> Resources { get; set; } = [];

    public bool IncludeSynonyms { get; set; }

    public bool IncludeDocumentation { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Resources = w.Structs(Resources);
        if (w.Version >= 1)
            IncludeSynonyms = w.Bool(IncludeSynonyms);
        if (w.Version >= 3)
            IncludeDocumentation = w.Bool(IncludeDocumentation);
        w.End();
    }

    /// <summary>A resource that is asked for.</summary>
    internal sealed class DescribeConfigsResource : IWireStruct
    {
        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public List<string>? ConfigurationKeys { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            ConfigurationKeys = w.NullableStrings(ConfigurationKeys);
            w.End();
        }
    }
}

/// <summary>The settings.</summary>
internal sealed class DescribeConfigsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeConfigs;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DescribeConfigsResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>A resource with its settings.</summary>
    internal sealed class DescribeConfigsResult : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public List<DescribeConfigsResourceResult> Configs { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            Configs = w.Structs(Configs);
            w.End();
        }
    }

    /// <summary>A setting.</summary>
    internal sealed class DescribeConfigsResourceResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; } = "";

        public bool ReadOnly { get; set; }

        public bool IsDefault { get; set; }

        /// <summary>
        /// 1: the topic; 2 and 3: brokers while running; 4: the broker's file; 5: the default; 6: the broker's logger.
        /// </summary>
        public sbyte ConfigSource { get; set; } = -1;

        public bool IsSensitive { get; set; }

        public List<DescribeConfigsSynonym> Synonyms { get; set; } = [];

        public sbyte ConfigType { get; set; }

        public string? Documentation { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Value = w.NullableString(Value);
            ReadOnly = w.Bool(ReadOnly);
            if (w.Version == 0)
                IsDefault = w.Bool(IsDefault);
            if (w.Version >= 1)
                ConfigSource = w.Int8(ConfigSource);
            IsSensitive = w.Bool(IsSensitive);
            if (w.Version >= 1)
                Synonyms = w.Structs(Synonyms);
            if (w.Version >= 3)
            {
                ConfigType = w.Int8(ConfigType);
                Documentation = w.NullableString(Documentation);
            }

            w.End();
        }
    }

    /// <summary>Where else the value could come from, the strongest first.</summary>
    internal sealed class DescribeConfigsSynonym : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; } = "";

        public sbyte Source { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Value = w.NullableString(Value);
            Source = w.Int8(Source);
            w.End();
        }
    }
}
