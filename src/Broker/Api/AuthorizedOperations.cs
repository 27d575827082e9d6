using MedStreams.Broker.Security;

namespace MedStreams.Broker.Api;

/// <summary>What a client may do, as the bit sets that some responses carry: one bit for each ACL operation's number.</summary>
internal static class AuthorizedOperations
{
    /// <summary>The client did not ask.</summary>
    public const int NotAsked = int.MinValue;

    /// <summary>What a client may do to the cluster; nothing is told to one that may not describe it.</summary>
    public static int OnCluster(Access access) => access.AllowsCluster(AclOperation.Describe)
        ? access.Operations(AclResourceType.Cluster, AclPattern.ClusterName)
        : 0;
}

/// <summary>Questions about several names at once.</summary>
internal static class AccessExtensions
{
    /// <summary>The topics to which a client may not do something.</summary>
    public static HashSet<string> Denied(this IEnumerable<string> topics, Access access, AclOperation operation)
    {
        var denied = new HashSet<string>(StringComparer.Ordinal);
        if (!access.IsLimited)
            return denied;
        foreach (var topic in topics.Distinct(StringComparer.Ordinal))
        {
            if (!access.AllowsTopic(operation, topic))
                denied.Add(topic);
        }

        return denied;
    }
}
