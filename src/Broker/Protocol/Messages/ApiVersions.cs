namespace MedStreams.Broker.Protocol;

/// <summary>Asks for the APIs and versions of the broker; the first request of most clients.</summary>
/// <remarks>
/// By version. 3: flexible; client software and features. 4: features whose lowest version is 0. A version that is
/// not known is answered with a body of version 0, UNSUPPORTED_VERSION and the range of this API. The response
/// always has header version 0.
/// </remarks>
internal sealed class ApiVersionsRequest : IRequest<ApiVersionsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ApiVersions;

    public string ClientSoftwareName { get; set; } = "";

    public string ClientSoftwareVersion { get; set; } = "";

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
        {
            ClientSoftwareName = w.String(ClientSoftwareName);
            ClientSoftwareVersion = w.String(ClientSoftwareVersion);
        }

        w.End();
    }
}

/// <summary>The APIs with the versions that are advertised.</summary>
internal sealed class ApiVersionsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ApiVersions;

    public ErrorCode ErrorCode { get; set; }

    public List<ApiVersion> ApiKeys { get; set; } = [];

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    /// <summary>The features that the broker supports.</summary>
    public List<SupportedFeatureKey> SupportedFeatures { get; set; } = [];

    public long FinalizedFeaturesEpoch { get; set; } = -1;

    public List<FinalizedFeatureKey> FinalizedFeatures { get; set; } = [];

    public bool ZkMigrationReady { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ErrorCode = w.Error(ErrorCode);
        ApiKeys = w.Structs(ApiKeys);
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        var tags = w.OpenTags();
        if (w.Tag(ref tags, 0, SupportedFeatures.Count > 0))
        {
            SupportedFeatures = w.Structs(SupportedFeatures);
            w.CloseTag(ref tags);
        }

        if (w.Tag(ref tags, 1, FinalizedFeaturesEpoch != -1))
        {
            FinalizedFeaturesEpoch = w.Int64(FinalizedFeaturesEpoch);
            w.CloseTag(ref tags);
        }

        if (w.Tag(ref tags, 2, FinalizedFeatures.Count > 0))
        {
            FinalizedFeatures = w.Structs(FinalizedFeatures);
            w.CloseTag(ref tags);
        }

        if (w.Tag(ref tags, 3, ZkMigrationReady))
        {
            ZkMigrationReady = w.Bool(ZkMigrationReady);
            w.CloseTag(ref tags);
        }

        w.CloseTags(ref tags);
    }

    /// <summary>An API with its versions.</summary>
    internal sealed class ApiVersion : IWireStruct
    {
        public short ApiKey { get; set; }

        public short MinVersion { get; set; }

        public short MaxVersion { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ApiKey = w.Int16(ApiKey);
            MinVersion = w.Int16(MinVersion);
            MaxVersion = w.Int16(MaxVersion);
            w.End();
        }
    }

    /// <summary>A feature that the broker supports.</summary>
    internal sealed class SupportedFeatureKey : IWireStruct
    {
        public string Name { get; set; } = "";

        public short MinVersion { get; set; }

        public short MaxVersion { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            MinVersion = w.Int16(MinVersion);
            MaxVersion = w.Int16(MaxVersion);
            w.End();
        }
    }

    /// <summary>A feature that the cluster uses.</summary>
    internal sealed class FinalizedFeatureKey : IWireStruct
    {
        public string Name { get; set; } = "";

        public short MaxVersionLevel { get; set; }

        public short MinVersionLevel { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            MaxVersionLevel = w.Int16(MaxVersionLevel);
            MinVersionLevel = w.Int16(MinVersionLevel);
            w.End();
        }
    }
}
