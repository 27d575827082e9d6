using MedStreams.Broker.Metrics;
using Microsoft.Extensions.Logging;

namespace MedStreams.Broker.Security;

/// <summary>
/// What one client may do. Where the broker has no rules everything is allowed. Denials of what was asked for are logged;
/// those that only filter what is shown are not. Immutable; safe for concurrent use.
/// </summary>
internal sealed class Access(Authorizer? authorizer, Principal principal, string host, BrokerMetrics metrics, ILogger logger)
{
    /// <summary>Who the client is.</summary>
    public Principal Principal => principal;

    /// <summary>Whether there are rules at all; where there are none, everything is allowed.</summary>
    public bool IsLimited => authorizer is not null;

    /// <summary>Whether the client may do something to a resource.</summary>
    public bool Allows(AclOperation operation, AclResourceType type, string name)
    {
        if (AllowsQuietly(operation, type, name))
            return true;
        metrics.Denied(operation, type);
        SecurityLogs.Denied(logger, principal, host, operation, type, name);
        return false;
    }

    /// <summary>The same without a log line.</summary>
    public bool AllowsQuietly(AclOperation operation, AclResourceType type, string name) =>
        authorizer is null || authorizer.Allows(principal, host, operation, type, name);

    /// <summary>Whether the client may do something to a topic.</summary>
    public bool AllowsTopic(AclOperation operation, string topic) => Allows(operation, AclResourceType.Topic, topic);

    /// <summary>Whether the client may do something to a group.</summary>
    public bool AllowsGroup(AclOperation operation, string group) => Allows(operation, AclResourceType.Group, group);

    /// <summary>Whether the client may do something to the cluster.</summary>
    public bool AllowsCluster(AclOperation operation) => Allows(operation, AclResourceType.Cluster, AclPattern.ClusterName);

    /// <summary>Whether the client may do something under a transactional id.</summary>
    public bool AllowsTransactionalId(AclOperation operation, string id) => Allows(operation, AclResourceType.TransactionalId, id);

    /// <summary>Whether the client may do something to some resource of a type.</summary>
    public bool AllowsSome(AclOperation operation, AclResourceType type) =>
        authorizer is null || authorizer.AllowsSome(principal, host, operation, type);

    /// <summary>What the client may do to a resource: one bit for each operation's number, as some responses carry it.</summary>
    public int Operations(AclResourceType type, string name)
    {
        var bits = 0;
        foreach (var operation in AclOperations.On(type))
        {
            if (AllowsQuietly(operation, type, name))
                bits |= 1 << (int)operation;
        }

        return bits;
    }
}
