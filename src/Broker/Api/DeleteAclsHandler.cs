using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// DeleteAcls (key 31), versions 0 to 3: removes the rules that filters match, durably and at once, and names them. Needs Alter
/// on the cluster; where access is not limited by rules the answer is SECURITY_DISABLED.
/// </summary>
/// <remarks>Deviation: numbers that stand for nothing are told INVALID_REQUEST; Apache Kafka closes the connection.</remarks>
internal sealed class DeleteAclsHandler(BrokerContext broker) : ApiHandler<DeleteAclsRequest, DeleteAclsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<DeleteAclsResponse?> HandleAsync(
        DeleteAclsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsCluster(AclOperation.Alter))
            return All(request, ErrorCode.ClusterAuthorizationFailed, AclAnswers.MayNotAlter);
        if (broker.Security.Authorizer is not { } authorizer)
            return All(request, ErrorCode.SecurityDisabled, AclAnswers.NoRules);
        var filters = request.Filters.Select(filter => From(filter, context.Version)).ToList();
        var usable = filters.Where(filter => !filter.HasUnknown).ToList();
        try
        {
            var matched = await authorizer.Rules.RemoveAsync(usable);
            SecurityLogs.RulesChanged(broker.Logger, context.Access.Principal, 0, matched.SelectMany(rules => rules).Distinct().Count());
            var next = 0;
            return new()
            {
                FilterResults = [.. filters.Select(filter => filter.HasUnknown
                    ? Refused(ErrorCode.InvalidRequest, AclAnswers.Unknown)
                    : Matched(matched[next++]))],
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            SecurityLogs.DocumentNotWritten(broker.Logger, exception, authorizer.Rules.Path);
            return All(request, ErrorCode.KafkaStorageError, AclAnswers.NotWritten);
        }
    }

    private static AclFilter From(DeleteAclsRequest.DeleteAclsFilter filter, short version)
    {
        var read = AclFilter.From(
            version,
            filter.ResourceTypeFilter,
            filter.ResourceNameFilter,
            filter.PatternTypeFilter,
            filter.PrincipalFilter,
            filter.HostFilter,
            filter.Operation,
            filter.PermissionType);

        // Version 0 cannot name other rules in its answer, so it does not remove them either.
        return version == 0 && read.Pattern == AclPatternType.Match ? read with { Pattern = AclPatternType.Unknown } : read;
    }

    private static DeleteAclsResponse.DeleteAclsFilterResult Matched(IReadOnlyList<AclRule> rules) => new()
    {
        ErrorMessage = null,
        MatchingAcls =
        [
            .. rules.Select(rule => new DeleteAclsResponse.DeleteAclsMatchingAcl
            {
                ErrorMessage = null,
                ResourceType = (sbyte)rule.Resource.Type,
                ResourceName = rule.Resource.Name,
                PatternType = (sbyte)rule.Resource.Pattern,
                Principal = rule.Principal,
                Host = rule.Host,
                Operation = (sbyte)rule.Operation,
                PermissionType = (sbyte)rule.Permission,
            }),
        ],
    };

    private static DeleteAclsResponse All(DeleteAclsRequest request, ErrorCode error, string message) =>
        new() { FilterResults = [.. request.Filters.Select(_ => Refused(error, message))] };

    private static DeleteAclsResponse.DeleteAclsFilterResult Refused(ErrorCode error, string message) =>
        new() { ErrorCode = error, ErrorMessage = message };
}
