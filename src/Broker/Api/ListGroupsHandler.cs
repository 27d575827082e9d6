using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 16, ListGroups, versions 0 to 4: 4 brings filters by state, which ignore case; a state that there is not matches
/// nothing.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class ListGroupsHandler(GroupCoordinator groups) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<ListGroupsResponse?> HandleAsync(
        ListGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var (error, listed) = await groups.ListAsync();
        var wanted = new HashSet<string>(request.StatesFilter, StringComparer.OrdinalIgnoreCase);
        var response = new ListGroupsResponse { ErrorCode = error };
        foreach (var group in listed)
        {
            var state = group.State.ToString();
            if (wanted.Count == 0 || wanted.Contains(state))
            {
                response.Groups.Add(new ListGroupsResponse.ListedGroup
                {
                    GroupId = group.GroupId,
                    ProtocolType = group.ProtocolType,
                    GroupState = state,
                });
            }
        }

        return response;
    }
}
