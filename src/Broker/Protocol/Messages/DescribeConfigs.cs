namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
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

    internal sealed class DescribeConfigsResource : IWireStruct
    {
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

/// <summary>Response.</summary>
internal sealed class DescribeConfigsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeConfigs;

    public int ThrottleTimeMs { get; set; }

    public List<DescribeConfigsResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    internal sealed class DescribeConfigsResult : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

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

    internal sealed class DescribeConfigsResourceResult : IWireStruct
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; } = "";

        public bool ReadOnly { get; set; }

        public bool IsDefault { get; set; }

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
