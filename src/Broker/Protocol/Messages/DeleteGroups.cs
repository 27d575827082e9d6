namespace MedStreams.Broker.Protocol;

/// <summary>Request.</summary>
internal sealed class DeleteGroupsRequest : IRequest<DeleteGroupsResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteGroups;

    public List<string> GroupsNames { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        GroupsNames = w.Strings(GroupsNames);
        w.End();
    }
}

/// <summary>Response.</summary>
internal sealed class DeleteGroupsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteGroups;

    public int ThrottleTimeMs { get; set; }

    public List<DeletableGroupResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    internal sealed class DeletableGroupResult : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            GroupId = w.String(GroupId);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }
}
