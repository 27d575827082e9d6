using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// Key 16, ListGroups, versions 0 to 4: 4 brings filters by state, which ignore case; a state that there is not matches
/// nothing. Shows the groups that the client may describe; all, where it may describe the cluster.
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
        var all = context.Access.AllowsQuietly(AclOperation.Describe, AclResourceType.Cluster, AclPattern.ClusterName);
        foreach (var group in listed)
        {
            var state = group.State.ToString();
            if ((wanted.Count == 0 || wanted.Contains(state))
                && (all || context.Access.AllowsQuietly(AclOperation.Describe, AclResourceType.Group, group.GroupId)))
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
