using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// CreateAcls (key 30), versions 0 to 3: adds rules, durably and at once; one that is there already is no error. Needs Alter
/// on the cluster; where access is not limited by rules the answer is SECURITY_DISABLED.
/// </summary>
/// <remarks>
/// Deviation: numbers that stand for nothing, and a principal that is none, are told INVALID_REQUEST; Apache Kafka closes the
/// connection for the former and takes the latter.
/// </remarks>
internal sealed class CreateAclsHandler(BrokerContext broker) : ApiHandler<CreateAclsRequest, CreateAclsResponse>
{
    /// <inheritdoc/>
    protected override async ValueTask<CreateAclsResponse?> HandleAsync(
        CreateAclsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsCluster(AclOperation.Alter))
            return All(request, ErrorCode.ClusterAuthorizationFailed, AclAnswers.MayNotAlter);
        if (broker.Security.Authorizer is not { } authorizer)
            return All(request, ErrorCode.SecurityDisabled, AclAnswers.NoRules);
        var rules = request.Creations.Select(Rule).ToList();
        var faults = rules.Select(Fault).ToList();
        try
        {
            var added = await authorizer.Rules.AddAsync([.. rules.Where((_, i) => faults[i] is null)]);
            SecurityLogs.RulesChanged(broker.Logger, context.Access.Principal, added, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            SecurityLogs.DocumentNotWritten(broker.Logger, exception, authorizer.Rules.Path);
            return All(request, ErrorCode.KafkaStorageError, AclAnswers.NotWritten);
        }

        return new()
        {
            Results = [.. faults.Select(fault => fault is null ? Result(ErrorCode.None, null) : Result(ErrorCode.InvalidRequest, fault))],
        };
    }

    private static AclRule Rule(CreateAclsRequest.AclCreation creation) => new(
        new(AclNumbers.ResourceType(creation.ResourceType), creation.ResourceName, AclNumbers.Pattern(creation.ResourcePatternType)),
        creation.Principal,
        creation.Host,
        AclNumbers.Operation(creation.Operation),
        AclNumbers.Permission(creation.PermissionType));

    private static string? Fault(AclRule rule)
    {
        if (rule.Resource.Type is AclResourceType.Unknown or AclResourceType.Any)
            return "The type of the resource is unknown, or not one.";
        if (rule.Resource.Pattern is not (AclPatternType.Literal or AclPatternType.Prefixed))
            return "The name must be literal or prefixed.";
        if (rule.Operation is AclOperation.Unknown or AclOperation.Any)
            return "The operation is unknown, or not one.";
        if (rule.Permission is not (AclPermission.Allow or AclPermission.Deny))
            return "The permission must be allow or deny.";
        if (rule.Resource.Type == AclResourceType.Cluster && rule.Resource.Name != AclPattern.ClusterName)
            return $"The cluster's name is {AclPattern.ClusterName}.";
        if (rule.Resource.Name.Length == 0)
            return "The name of the resource is empty.";
        return Principal.TryParse(rule.Principal, out _) ? null : "The principal is none; write it as in User:alice.";
    }

    private static CreateAclsResponse All(CreateAclsRequest request, ErrorCode error, string message) =>
        new() { Results = [.. request.Creations.Select(_ => Result(error, message))] };

    private static CreateAclsResponse.AclCreationResult Result(ErrorCode error, string? message) =>
        new() { ErrorCode = error, ErrorMessage = message };
}
