namespace MedStreams.Broker.Protocol;

/// <summary>Creates access rules.</summary>
/// <remarks>
/// By version. 1: kinds of patterns. 2: flexible. 3: users behind delegation tokens.
/// </remarks>
internal sealed class CreateAclsRequest : IRequest<CreateAclsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreateAcls;

    public List<AclCreation> Creations { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Creations = w.Structs(Creations);
        w.End();
    }

    /// <summary>A rule to create.</summary>
    internal sealed class AclCreation : IWireStruct
    {
        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public sbyte ResourcePatternType { get; set; } = 3;

        public string Principal { get; set; } = "";

        public string Host { get; set; } = "";

        public sbyte Operation { get; set; }

        public sbyte PermissionType { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            if (w.Version >= 1)
                ResourcePatternType = w.Int8(ResourcePatternType);
            Principal = w.String(Principal);
            Host = w.String(Host);
            Operation = w.Int8(Operation);
            PermissionType = w.Int8(PermissionType);
            w.End();
        }
    }
}

/// <summary>What became of each rule.</summary>
internal sealed class CreateAclsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.CreateAcls;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<AclCreationResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>What became of a rule.</summary>
    internal sealed class AclCreationResult : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            w.End();
        }
    }
}
