using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// DescribeAcls (key 29), versions 0 to 3: the rules that a filter matches, by resource. Needs Describe on the cluster; where
/// access is not limited by rules the answer is SECURITY_DISABLED.
/// </summary>
/// <remarks>
/// Version 0 knows literal names only, so other rules are left out there. Deviation: numbers that stand for nothing are told
/// INVALID_REQUEST; Apache Kafka closes the connection.
/// </remarks>
internal sealed class DescribeAclsHandler(BrokerSecurity security) : ApiHandler<DescribeAclsRequest, DescribeAclsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeAclsResponse?> HandleAsync(
        DescribeAclsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
            return Refuse(ErrorCode.ClusterAuthorizationFailed, "The client may not describe the cluster.");
        if (security.Authorizer is not { } authorizer)
            return Refuse(ErrorCode.SecurityDisabled, AclAnswers.NoRules);
        var filter = AclFilter.From(
            context.Version,
            request.ResourceTypeFilter,
            request.ResourceNameFilter,
            request.PatternTypeFilter,
            request.PrincipalFilter,
            request.HostFilter,
            request.Operation,
            request.PermissionType);
        if (filter.HasUnknown)
            return Refuse(ErrorCode.InvalidRequest, AclAnswers.Unknown);
        return new(new DescribeAclsResponse
        {
            ErrorMessage = null,
            Resources =
            [
                .. authorizer.Rules.All
                    .Where(rule => filter.Matches(rule) && AclAnswers.IsKnownTo(context.Version, rule))
                    .GroupBy(rule => rule.Resource)
                    .Select(Describe),
            ],
        });
    }

    private static DescribeAclsResponse.DescribeAclsResource Describe(IGrouping<AclPattern, AclRule> rules) => new()
    {
        ResourceType = (sbyte)rules.Key.Type,
        ResourceName = rules.Key.Name,
        PatternType = (sbyte)rules.Key.Pattern,
        Acls =
        [
            .. rules.Select(rule => new DescribeAclsResponse.AclDescription
            {
                Principal = rule.Principal,
                Host = rule.Host,
                Operation = (sbyte)rule.Operation,
                PermissionType = (sbyte)rule.Permission,
            }),
        ],
    };

    private static ValueTask<DescribeAclsResponse?> Refuse(ErrorCode error, string message) =>
        new(new DescribeAclsResponse { ErrorCode = error, ErrorMessage = message });
}

/// <summary>What the answers about rules have in common.</summary>
internal static class AclAnswers
{
    public const string NoRules = "This broker does not limit access by rules.";
    public const string Unknown = "A type, kind, operation or permission is unknown.";
    public const string MayNotAlter = "The client may not alter the cluster.";
    public const string NotWritten = "The rules could not be written.";

    /// <summary>Whether a version of the protocol can name a rule.</summary>
    public static bool IsKnownTo(short version, AclRule rule) => version > 0 || rule.Resource.Pattern == AclPatternType.Literal;
}
