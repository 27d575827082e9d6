using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// DescribeUserScramCredentials (key 50), version 0 (KIP-554): users with their mechanisms and iterations, never their keys; no
/// names mean all users. Needs Describe on the cluster.
/// </summary>
/// <remarks>No deviations.</remarks>
internal sealed class DescribeUserScramCredentialsHandler(UserStore users)
    : ApiHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<DescribeUserScramCredentialsResponse?> HandleAsync(
        DescribeUserScramCredentialsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (!context.Access.AllowsCluster(AclOperation.Describe))
        {
            return new(new DescribeUserScramCredentialsResponse
            {
                ErrorCode = ErrorCode.ClusterAuthorizationFailed,
                ErrorMessage = "The client may not describe the cluster.",
            });
        }

        var known = users.All;
        var names = request.Users is { Count: > 0 } asked
            ? asked.Select(user => user.Name).GroupBy(name => name)
            : known.Keys.Order(StringComparer.Ordinal).GroupBy(name => name);
        return new(new DescribeUserScramCredentialsResponse
        {
            ErrorMessage = null,
            Results = [.. names.Select(same => Describe(same.Key, same.Count() > 1, known))],
        });
    }

    private static DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Describe(
        string name, bool isTwice, IReadOnlyDictionary<string, IReadOnlyList<ScramCredential>> known)
    {
        if (isTwice)
            return new() { User = name, ErrorCode = ErrorCode.DuplicateResource, ErrorMessage = "The user is asked for twice." };
        if (!known.TryGetValue(name, out var credentials))
            return new() { User = name, ErrorCode = ErrorCode.ResourceNotFound, ErrorMessage = "There is no such user." };
        return new()
        {
            User = name,
            ErrorMessage = null,
            CredentialInfos =
            [
                .. credentials.Select(credential => new DescribeUserScramCredentialsResponse.CredentialInfo
                {
                    Mechanism = (sbyte)credential.Mechanism,
                    Iterations = credential.Iterations,
                }),
            ],
        };
    }
}
