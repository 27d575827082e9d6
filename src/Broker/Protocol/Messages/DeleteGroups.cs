namespace MedStreams.Broker.Protocol;

/// <summary>Deletes groups that have no members.</summary>
/// <remarks>
/// By version. 2: flexible.
/// </remarks>
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

/// <summary>What became of each group.</summary>
internal sealed class DeleteGroupsResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.DeleteGroups;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<DeletableGroupResult> Results { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        Results = w.Structs(Results);
        w.End();
    }

    /// <summary>What became of a group.</summary>
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
