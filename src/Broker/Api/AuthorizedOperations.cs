namespace MedStreams.Broker.Api;

/// <summary>What a client may do, as the bit sets that some responses carry: one bit for each ACL operation's number.</summary>
internal static class AuthorizedOperations
{
    /// <summary>The client did not ask.</summary>
    public const int NotAsked = int.MinValue;

    /// <summary>Read, write, create, delete, alter, describe, describe and alter configurations.</summary>
    public const int AllOfTopic = (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7) | (1 << 8) | (1 << 10) | (1 << 11);

    /// <summary>Read, delete and describe.</summary>
    public const int AllOfGroup = (1 << 3) | (1 << 6) | (1 << 8);

    /// <summary>Create, alter, describe, cluster action, describe and alter configurations, idempotent write.</summary>
    public const int AllOfCluster = (1 << 5) | (1 << 7) | (1 << 8) | (1 << 9) | (1 << 10) | (1 << 11) | (1 << 12);
}
