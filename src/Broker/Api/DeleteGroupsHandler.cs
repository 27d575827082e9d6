using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>Key 42, DeleteGroups, versions 0 to 2. A group with members stays (NON_EMPTY_GROUP). Needs Delete on each group.</summary>
/// <remarks>No deviations.</remarks>
internal sealed class DeleteGroupsHandler(GroupCoordinator groups) : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DeleteGroupsResponse?> HandleAsync(
        DeleteGroupsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new DeleteGroupsResponse();
        foreach (var groupId in request.GroupsNames.Distinct(StringComparer.Ordinal))
        {
            response.Results.Add(new DeleteGroupsResponse.DeletableGroupResult
            {
                GroupId = groupId,
                ErrorCode = context.Access.AllowsGroup(AclOperation.Delete, groupId)
                    ? await groups.DeleteAsync(groupId)
                    : ErrorCode.GroupAuthorizationFailed,
            });
        }

        return response;
    }
}
