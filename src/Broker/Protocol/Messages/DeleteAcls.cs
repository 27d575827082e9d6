namespace MedStreams.Broker.Protocol;

/// <summary>Deletes the access rules that match filters.</summary>
/// <remarks>
/// By version. 1: kinds of patterns. 2: flexible. 3: users behind delegation tokens.
/// </remarks>
internal sealed class DeleteAclsRequest : IRequest<DeleteAclsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteAcls;

    public List<DeleteAclsFilter> Filters { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Filters = w.Structs(Filters);
        w.End();
    }

    /// <summary>A filter; null and 1 (any) match everything.</summary>
    internal sealed class DeleteAclsFilter : IWireStruct
    {
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
}

/// <summary>The rules that each filter deleted.</summary>
internal sealed class DeleteAclsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteAcls;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DeleteAclsFilterResult> FilterResults { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        FilterResults = w.Structs(FilterResults);
        w.End();
    }

    /// <summary>What a filter did.</summary>
    internal sealed class DeleteAclsFilterResult : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        public List<DeleteAclsMatchingAcl> MatchingAcls { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            MatchingAcls = w.Structs(MatchingAcls);
            w.End();
        }
    }

    /// <summary>A rule that matched.</summary>
    internal sealed class DeleteAclsMatchingAcl : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string? ErrorMessage { get; set; } = "";

        /// <summary>In ACLs: 2 topic, 3 group, 4 cluster, 5 transactional id; in settings: 2 topic, 4 broker.</summary>
        public sbyte ResourceType { get; set; }

        public string ResourceName { get; set; } = "";

        public sbyte PatternType { get; set; } = 3;

        public string Principal { get; set; } = "";

        public string Host { get; set; } = "";

        public sbyte Operation { get; set; }

        public sbyte PermissionType { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            ErrorMessage = w.NullableString(ErrorMessage);
            ResourceType = w.Int8(ResourceType);
            ResourceName = w.String(ResourceName);
            if (w.Version >= 1)
                PatternType = w.Int8(PatternType);
            Principal = w.String(Principal);
            Host = w.String(Host);
            Operation = w.Int8(Operation);
            PermissionType = w.Int8(PermissionType);
            w.End();
        }
    }
}
