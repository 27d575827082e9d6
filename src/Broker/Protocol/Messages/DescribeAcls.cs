namespace MedStreams.Broker.Protocol;

/// <summary>Lists access rules that match a filter.</summary>
/// <remarks>
/// By version. 1: kinds of patterns. 2: flexible. 3: users behind delegation tokens.
/// </remarks>
internal sealed class DescribeAclsRequest : IRequest<DescribeAclsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeAcls;

    /// <summary>2: topic; 3: group; 4: cluster; 5: transactional id; 1: any.</summary>
    public sbyte ResourceTypeFilter { get; set; }

    public string? ResourceNameFilter { get; set; } = "";

    public sbyte PatternTypeFilter { get; set; } = 3;

    public string? PrincipalFilter { get; set; } = "";

    public string? HostFilter { get; set; } = "";

    public sbyte Operation { get; set; }

    public sbyte PermissionType { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ResourceTypeFilter = w.Int8(ResourceTypeFilter);
        ResourceNameFilter = w.NullableString(ResourceNameFilter);
        if (w.Version >= 1)
            PatternTypeFilter = w.Int8(PatternTypeFilter);
        PrincipalFilter = w.NullableString(PrincipalFilter);
        HostFilter = w.NullableString(HostFilter);
        Operation = w.Int8(Operation);
        PermissionType = w.Int8(PermissionType);
        w.End();
    }
}

/// <summary>The rules, by resource.</summary>
internal sealed class DescribeAclsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeAcls;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public string? ErrorMessage { get; set; } = "";

    public List<DescribeAclsResource> Resources { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        ErrorMessage = w.NullableString(ErrorMessage);
        Resources = w.Structs(Resources);
        w.End();
    }

    /// <summary>A resource with its rules.</summary>
    internal sealed class DescribeAclsResource : IWireStruct
    {
        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public sbyte PatternType { get; set; } = 3;

        public List<AclDescription> Acls { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            if (w.Version >= 1)
                PatternType = w.Int8(PatternType);
            Acls = w.Structs(Acls);
            w.End();
        }
    }

    /// <summary>A rule.</summary>
    internal sealed class AclDescription : IWireStruct
    {
        public string Principal { get; set; } = "";

        public string Host { get; set; } = "";

        public sbyte Operation { get; set; }

        public sbyte PermissionType { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Principal = w.String(Principal);
            Host = w.String(Host);
            Operation = w.Int8(Operation);
            PermissionType = w.Int8(PermissionType);
            w.End();
        }
    }
}
