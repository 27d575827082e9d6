namespace MedStreams.Broker.Protocol;

/// <summary>Lists the groups of this broker.</summary>
/// <remarks>
/// By version. 3: flexible. 4: filter by state. 5: filter by type.
/// </remarks>
internal sealed class ListGroupsRequest : IRequest<ListGroupsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListGroups;

    public List<string> StatesFilter { get; set; } = [];

    public List<string> TypesFilter { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 4)
            StatesFilter = w.Strings(StatesFilter);
        if (w.Version >= 5)
            TypesFilter = w.Strings(TypesFilter);
        w.End();
    }
}

/// <summary>The groups.</summary>
internal sealed class ListGroupsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.ListGroups;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public ErrorCode ErrorCode { get; set; }

    public List<ListedGroup> Groups { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 1)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        ErrorCode = w.Error(ErrorCode);
        Groups = w.Structs(Groups);
        w.End();
    }

    /// <summary>A group.</summary>
    internal sealed class ListedGroup : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public string ProtocolType { get; set; } = "";

        public string GroupState { get; set; } = "";

        public string GroupType { get; set; } = "";

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            GroupId = w.String(GroupId);
            ProtocolType = w.String(ProtocolType);
            if (w.Version >= 4)
                GroupState = w.String(GroupState);
            if (w.Version >= 5)
                GroupType = w.String(GroupType);
            w.End();
        }
    }
}
