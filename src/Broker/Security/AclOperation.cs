namespace MedStreams.Broker.Security;

/// <summary>What may be done, by the numbers of Kafka's protocol.</summary>
internal enum AclOperation : sbyte
{
    /// <summary>A number that is none.</summary>
    Unknown = 0,

    /// <summary>In filters: any operation.</summary>
    Any = 1,

    /// <summary>In rules: every operation.</summary>
    All = 2,

    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
}

/// <summary>What something is done to, by the numbers of Kafka's protocol.</summary>
internal enum AclResourceType : sbyte
{
    /// <summary>A number that is none.</summary>
    Unknown = 0,

    /// <summary>In filters: any type.</summary>
    Any = 1,

    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
}

/// <summary>How a rule's resource name is meant, by the numbers of Kafka's protocol.</summary>
internal enum AclPatternType : sbyte
{
    /// <summary>A number that is none.</summary>
    Unknown = 0,

    /// <summary>In filters: any kind, with the same name.</summary>
    Any = 1,

    /// <summary>In filters: all rules that hold for the name.</summary>
    Match = 2,

    /// <summary>The name itself; <c>*</c> stands for all names.</summary>
    Literal = 3,

    /// <summary>All names that begin so.</summary>
    Prefixed = 4,
}

/// <summary>What a rule says, by the numbers of Kafka's protocol.</summary>
internal enum AclPermission : sbyte
{
    /// <summary>A number that is none.</summary>
    Unknown = 0,

    /// <summary>In filters: either.</summary>
    Any = 1,

    Deny = 2,
    Allow = 3,
}

/// <summary>The operations that there are on each type of resource.</summary>
internal static class AclOperations
{
    private static readonly AclOperation[] OnTopics =
    [
        AclOperation.Read, AclOperation.Write, AclOperation.Create, AclOperation.Delete, AclOperation.Alter,
        AclOperation.Describe, AclOperation.DescribeConfigs, AclOperation.AlterConfigs,
    ];

    private static readonly AclOperation[] OnGroups = [AclOperation.Read, AclOperation.Delete, AclOperation.Describe];

    private static readonly AclOperation[] OnCluster =
    [
        AclOperation.Create, AclOperation.Alter, AclOperation.Describe, AclOperation.ClusterAction,
        AclOperation.DescribeConfigs, AclOperation.AlterConfigs, AclOperation.IdempotentWrite,
    ];

    /// <summary>The operations that responses name for a topic, a group or the cluster.</summary>
    public static IReadOnlyList<AclOperation> On(AclResourceType type) => type switch
    {
        AclResourceType.Topic => OnTopics,
        AclResourceType.Group => OnGroups,
        AclResourceType.Cluster => OnCluster,
        _ => [],
    };
}
