using MedStreams.Broker.Protocol;
using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>
/// AlterUserScramCredentials (key 51), version 0 (KIP-554): sets and deletes users' credentials, durably and at once. The client
/// sends the salted password; what is stored is derived from it. A user may be named once in a request. Needs Alter on the
/// cluster.
/// </summary>
/// <remarks>Deviation: a salted password that is not of the hash's length, or no salt, is UNACCEPTABLE_CREDENTIAL.</remarks>
internal sealed class AlterUserScramCredentialsHandler(BrokerContext broker)
    : ApiHandler<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>
{
    private const int MaxSaltSize = 1024;

    /// <inheritdoc/>
    protected override async ValueTask<AlterUserScramCredentialsResponse?> HandleAsync(
        AlterUserScramCredentialsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var named = request.Deletions.Select(d => d.Name).Concat(request.Upsertions.Select(u => u.Name)).GroupBy(name => name).ToList();
        if (!context.Access.AllowsCluster(AclOperation.Alter))
            return new() { Results = [.. named.Select(name => Result(name.Key, ErrorCode.ClusterAuthorizationFailed, "The client may not alter the cluster."))] };

        var results = new Dictionary<string, (ErrorCode Error, string? Message)>(StringComparer.Ordinal);
        foreach (var name in named.Where(name => name.Count() > 1))
            results[name.Key] = (ErrorCode.DuplicateResource, "A user can be changed once in a request.");
        try
        {
            var counts = (Set: 0, Removed: 0);
            await broker.Security.Users.ChangeAsync(users => Change(request, users, results, out counts));
            SecurityLogs.UsersChanged(broker.Logger, context.Access.Principal, counts.Set, counts.Removed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BrokerException)
        {
            SecurityLogs.DocumentNotWritten(broker.Logger, exception, broker.Security.Users.Path);
            return new() { Results = [.. named.Select(name => Result(name.Key, ErrorCode.KafkaStorageError, "The users could not be written."))] };
        }

        return new() { Results = [.. named.Select(name => Result(name.Key, results[name.Key].Error, results[name.Key].Message))] };
    }

    private static bool Change(
        AlterUserScramCredentialsRequest request,
        Dictionary<string, List<ScramCredential>> users,
        Dictionary<string, (ErrorCode Error, string? Message)> results,
        out (int Set, int Removed) counts)
    {
        counts = (0, 0);
        foreach (var deletion in request.Deletions.Where(d => !results.ContainsKey(d.Name)))
        {
            var refusal = Fault(deletion.Name, deletion.Mechanism) ?? Remove(deletion, users);
            results[deletion.Name] = refusal ?? (ErrorCode.None, null);
            counts.Removed += refusal is null ? 1 : 0;
        }

        foreach (var upsertion in request.Upsertions.Where(u => !results.ContainsKey(u.Name)))
        {
            var refusal = Fault(upsertion.Name, upsertion.Mechanism) ?? Set(upsertion, users);
            results[upsertion.Name] = refusal ?? (ErrorCode.None, null);
            counts.Set += refusal is null ? 1 : 0;
        }

        return counts != (0, 0);
    }

    private static (ErrorCode Error, string? Message)? Fault(string name, sbyte mechanism)
    {
        if (name.Length == 0)
            return (ErrorCode.UnacceptableCredential, "The name is empty.");
        return (SaslMechanism)mechanism is SaslMechanism.ScramSha256 or SaslMechanism.ScramSha512
            ? null
            : (ErrorCode.UnsupportedSaslMechanism, "The mechanism is unknown.");
    }

    private static (ErrorCode Error, string? Message)? Remove(
        AlterUserScramCredentialsRequest.ScramCredentialDeletion deletion, Dictionary<string, List<ScramCredential>> users)
    {
        if (!users.TryGetValue(deletion.Name, out var credentials)
            || credentials.RemoveAll(c => c.Mechanism == (SaslMechanism)deletion.Mechanism) == 0)
        {
            return (ErrorCode.ResourceNotFound, "There is no such credential.");
        }

        if (credentials.Count == 0)
            users.Remove(deletion.Name);
        return null;
    }

    private static (ErrorCode Error, string? Message)? Set(
        AlterUserScramCredentialsRequest.ScramCredentialUpsertion wanted, Dictionary<string, List<ScramCredential>> users)
    {
        var mechanism = (SaslMechanism)wanted.Mechanism;
        if (wanted.Iterations < ScramCredential.MinIterations)
            return (ErrorCode.UnacceptableCredential, $"There must be {ScramCredential.MinIterations} iterations or more.");
        if (wanted.Iterations > ScramCredential.MaxIterations)
            return (ErrorCode.UnacceptableCredential, $"There must be {ScramCredential.MaxIterations} iterations or less.");
        if (wanted.SaltedPassword.Length != ScramCredential.HashSize(mechanism) || wanted.Salt.Length is 0 or > MaxSaltSize)
            return (ErrorCode.UnacceptableCredential, "The salt or the salted password is not of a proper length.");
        users.TryAdd(wanted.Name, []);
        users[wanted.Name].RemoveAll(c => c.Mechanism == mechanism);
        users[wanted.Name].Add(ScramCredential.FromSaltedPassword(mechanism, wanted.SaltedPassword, wanted.Salt, wanted.Iterations));
        return null;
    }

    private static AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult Result(string user, ErrorCode error, string? message) =>
        new() { User = user, ErrorCode = error, ErrorMessage = message };
}
