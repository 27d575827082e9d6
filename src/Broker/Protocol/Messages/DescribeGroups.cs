namespace MedStreams.Broker.Protocol;

/// <summary>Describes groups and their members.</summary>
/// <remarks>
/// By version. 3: authorized operations. 4: static members. 5: flexible.
/// </remarks>
internal sealed class DescribeGroupsRequest : IRequest<DescribeGroupsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeGroups;

    public List<string> Groups { get; set; } = [];

    public bool IncludeAuthorizedOperations { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Groups = w.Strings(Groups);
        if (w.Version >= 3)
            IncludeAuthorizedOperations = w.Bool(IncludeAuthorizedOperations);
        w.End();
    }
}

/// <summary>The groups; one that does not exist is answered as dead.</summary>
internal sealed class DescribeGroupsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DescribeGroups;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DescribedGroup> Groups { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Groups = w.Structs(Groups);
        w.End();
    }

    /// <summary>A group.</summary>
    internal sealed class DescribedGroup : IWireStruct
    {
        public ErrorCode ErrorCode { get; set; }

        public string GroupId { get; set; } = "";

        public string GroupState { get; set; } = "";

        public string ProtocolType { get; set; } = "";

        public string ProtocolData { get; set; } = "";

        public List<DescribedGroupMember> Members { get; set; } = [];

        /// <summary>A bit for each operation that the client may do; the smallest number if it did not ask.</summary>
        public int AuthorizedOperations { get; set; } = int.MinValue;

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            ErrorCode = w.Error(ErrorCode);
            GroupId = w.String(GroupId);
            GroupState = w.String(GroupState);
            ProtocolType = w.String(ProtocolType);
            ProtocolData = w.String(ProtocolData);
            Members = w.Structs(Members);
            if (w.Version >= 3)
                AuthorizedOperations = w.Int32(AuthorizedOperations);
            w.End();
        }
    }

    /// <summary>A member of a group.</summary>
    internal sealed class DescribedGroupMember : IWireStruct
    {
        public string MemberId { get; set; } = "";

        /// <summary>The name of a static member, or null.</summary>
        public string? GroupInstanceId { get; set; }

        public string ClientId { get; set; } = "";

        public string ClientHost { get; set; } = "";

        public byte[] MemberMetadata { get; set; } = [];

        public byte[] MemberAssignment { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            MemberId = w.String(MemberId);
            if (w.Version >= 4)
                GroupInstanceId = w.NullableString(GroupInstanceId);
            ClientId = w.String(ClientId);
            ClientHost = w.String(ClientHost);
            MemberMetadata = w.Bytes(MemberMetadata);
            MemberAssignment = w.Bytes(MemberAssignment);
            w.End();
        }
    }
}
